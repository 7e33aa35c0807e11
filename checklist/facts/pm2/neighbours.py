"""What only the apps of one config together can say: a name that another one has, a port that another one takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from checklist.model import Document, OneOf, Unknown, Value

# These are started beside the server with its variables and listen nowhere
_SILENT = re.compile(r"(?i)(?:^|[-_:.])(?:worker|queue|cron|jobs?|schedul\w*|consumer|bot|crawler|scraper|migrat\w*|seed|tunnel|ngrok)s?(?:$|[-_:.\d])")


def together(config: Document, apps: Sequence[Document]) -> list[Document]:
    """The `pm2.app` documents of a config with `namesake` and `port_of`: the app above with the same name; the app above
    that takes the same PORT in the same environment. Both are null where there is none."""
    choice = any(isinstance(v.content, OneOf) for v in (config.value, config.value.get("apps") or config.value))
    out: list[Document] = []
    for i, app in enumerate(apps):
        name = app.value.get("name") or Value(None)
        namesake: Value = Value(None, name.at)
        port: Value = Value(None, app.value.at)
        if choice:
            namesake = Value(Unknown("it depends on a condition"), name.at)
        else:
            above = [a for a in apps[:i] if a.value.text("environment") == app.value.text("environment") and a.value.at != app.value.at]
            if isinstance(name.content, str) and any(a.value.text("name") == name.content for a in above):
                namesake = Value(name.content, name.at)
            port = _port(app, above)
        out.append(replace(app, value=replace(app.value, content={**app.value.members(), "namesake": namesake, "port_of": port})))
    return out


def _port(app: Document, above: Sequence[Document]) -> Value:
    own = port(app)
    if own is None or _SILENT.search(app.value.text("name") or ""):
        return Value(None, app.value.at)
    for other in above:
        theirs = port(other)
        if theirs is None or _SILENT.search(other.value.text("name") or "") or str(theirs.content) != str(own.content):
            continue
        # one value that both get, or one program under two names, is shared on purpose
        if theirs.at == own.at or other.value.get("entry") in (None, Value(None)) or other.value.text("entry") == app.value.text("entry"):
            continue
        if other.value.get("env", "HOST") != app.value.get("env", "HOST") or other.value.get("env", "HOSTNAME") != app.value.get("env", "HOSTNAME"):
            continue
        return Value(other.value.text("name"), own.at)
    return Value(None, app.value.at)


def port(app: Document) -> Value | None:
    """The port that an app is given; `port` of the entry wins over the variable (PM2 7.0.4 lib/Common.js:127)."""
    for found in (app.value.get("port"), app.value.get("env", "PORT")):
        if found is not None and isinstance(found.content, (int, str)) and str(found.content).isdigit() and str(found.content) != "0":
            return found
    return None
