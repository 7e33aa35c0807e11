"""The declared uptime monitor: how soon it knows, whom it tells, and whether it asks what the deploy asks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from checklist.model import Value, value
from checklist.secrets import mask

# Names that people write → the service. An interval that its free plan does not go below is the rule's matter.
_SERVICES: Mapping[str, str] = {
    "uptimerobot": "uptimerobot",
    "betterstack": "betterstack",
    "betteruptime": "betterstack",
    "kuma": "uptime-kuma",
    "uptimekuma": "uptime-kuma",
    "healthchecks": "healthchecks",
    "healthchecksio": "healthchecks",
}


def monitor(policy: Value) -> Value | None:
    """The policy's `monitor` with `service`, `channels`, `health_path` and `asks_health` where they can be told; None without one."""
    told = policy.get("monitor")
    if told is None:
        return None
    name = told.get("provider")
    service = _SERVICES.get(re.sub(r"[^a-z]", "", (told.text("provider") or "").lower()), "custom")
    added = {"service": Value(service, name.at if name else told.at)}
    alerts = told.get("alerts")
    if alerts is not None:
        added["channels"] = value(sorted({_channel(str(a.content)) for a in alerts.items()}), alerts.at)
    asked = _asks_health(told, policy, service)
    if asked is not None:
        path, same = asked
        url = told.get("url")
        added |= {"health_path": Value(path), "asks_health": Value(same, url.at if url else None)}
    return replace(told, content={**told.members(), **added})


def detection(of: Value | None) -> tuple[Value, Value] | None:
    """(from, to): how soon, and how late at most, the monitor knows of an outage, in ms; None where no interval is declared.

    The outage begins just before or just after a check; a service that hangs costs the declared timeout as well.
    """
    interval = of.get("interval") if of is not None else None
    if of is None or interval is None or not isinstance(interval.content, (int, float)):
        return None
    checks, timeout = _number(of.get("down_checks"), 1), _number(of.get("timeout"), 0)
    at = (interval.at, interval.key_at)
    return Value(interval.content * (checks - 1), *at), Value(interval.content * checks + timeout, *at)


def _channel(name: str) -> str:
    """The name of a channel; of a webhook only its host, since the rest is a secret."""
    if "://" not in name:
        return mask(name.strip().lower())
    try:
        return urlsplit(name.strip()).hostname or "webhook"
    except ValueError:
        return "webhook"


def _number(of: Value | None, otherwise: int) -> float:
    return of.content if of is not None and isinstance(of.content, (int, float)) else otherwise


def _asks_health(told: Value, policy: Value, service: str) -> tuple[str, bool] | None:
    """The path that the deploy asks, and whether the monitor asks it too; None where one of the two is not known.

    Healthchecks is pinged by the service, so its URL is no health path. Without a declared health_url only the bare
    start page is known to be another one.
    """
    url, health = told.text("url"), policy.get("health_url")
    if url is None or health is None or not isinstance(health.content, str) or service == "healthchecks":
        return None
    # both are URLs by the schema of the config
    wanted, asked = (urlsplit(u).path.rstrip("/") for u in (health.content, url))
    if asked.endswith(wanted):
        return wanted or "/", True
    return (wanted, False) if health.at is not None or not asked else None
