"""What stands in an env file: nothing, a placeholder, a reference, a setting, or a real secret."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from checklist import secrets
from checklist.model import Value
from checklist.secrets import plain_value

# Words that somebody has to replace, one form a line; Sentry's documentation writes `examplePublicKey@o0.ingest.sentry.io/0`.
_PLACEHOLDERS = (
    r"<.*>|\[[a-z][\w\s-]*\]|.*(?:://|[@/=])<[^<>]+>.*",
    r"x{3,}(?:[-_.:/@]x+)*|.*(?<![A-Za-z0-9])x{4,}(?![A-Za-z0-9]).*|\.{3,}|.*//\.{3}.*|.*\*{4,}.*|[-_?*]+",
    r"(?:https?://)?your(?:[-_.\s]\S.*|(?=[A-Z])(?-i:[A-Z]).*)|(?:https?://)?your(?:api|key|token|secret|password|dsn|domain|project|host)\w*|.*[-_/.@:](?:your|my)[-_](?:\w+[-_])*(?:dsn|key|token|secret|password|project|org|host|domain|id|app|url)\b.*",
    r"(?:put|insert|enter|paste|add|set|fill|replace|change|provide)(?:[-_\s]?(?:me|this|it|in|here|your|the|with|value|real|actual|by))+(?![a-z\d]).*",
    r".*[-_]change[-_]?(?:me|it|this)(?![a-z\d]).*|.*(?:placeholder|[_-]here|examplepublickey|\bpublic_?key@).*",
    # the shortest private key has 64 characters between its lines
    r"-----BEGIN [A-Z ]+-----(?s:.{0,40}|[^-]*\.{3}[^-]*)-----END [A-Z ]+-----(?:\\[nr]|\s)*",
    r"[a-z][\w+.-]*://(?:db)?[-_]?user(?:name)?:(?:db)?[-_]?(?:pass(?:word|wd)?|pwd|secret)@.*",
    r"todo(?:[-_\s:].*)?|tbd|fixme|n/a|none|null|undefined|nil|dummy|secret[-_]?here",
    r"https?://(?:example|dummy|test|abc|key|public|user|foo|bar|0+)@.*|(?:key|public)@(?:host|sentry)(?:/\w+)?|.*@o0\.ingest\.(?:\w+\.)?sentry\.io/0",
    r"(?:вставьте?|замените?|укажите?|ваш[аеи]?|впишите?|заполните?|поменяй\w*)(?![а-яё]).*",
)
_PLACEHOLDER = re.compile("|".join(_PLACEHOLDERS), re.IGNORECASE)
# What `pm2 init` writes for the owner to fill in, and wrote before (PM2 7.0.4 and 2.x lib/templates).
_PM2_TEMPLATE = re.compile(
    r"^(?:SSH_HOSTMACHINE|GIT_REPOSITORY|(?:git@github\.com:|https://github\.com/)repo\.git|212\.83\.163\.1)$"
    r"|[:/](?i:your|my|seu|tu|votre|dein)[-_]?(?i:user(?:name)?|usu[aá]rio|name|org(?:ani[sz]ation)?|company|account|repo(?:sitory)?)\b"
    r"|^(?:SEU|SUA|TU|VOTRE|DEIN|YOUR|MY)_[A-Z_]+$"
)
# `${OTHER}`, `{{ ansible }}`, `<%= erb %>`, `op://vault/item`, `vault:…`: filled in by somebody else.
_REFERENCE = re.compile(
    r"\$[A-Z_][A-Z0-9_]*(?:[/:.@-].*)?|.*\$\{\w+[^}]*\}.*|\{\{.*\}\}|<%.*%>|\{%.*|%\w+%|__\w+__|@@?\w+@@?"
    r"|(?:op|vault|awssm|gcpsm|arn|ssm|kms|bws|doppler)(?:://|:).*|encrypted:.*|ENC\[.*",
    re.DOTALL,
)
_EXAMPLE = re.compile(r"(?:^|[._-])(?:example|sample|template|tmpl|tpl|dist|defaults?|schema|skeleton|dummy|j2|erb|ejs|hbs|mustache|in)(?:$|[._-])", re.IGNORECASE)
_BACKUP = re.compile(r"(?:[._-](?:bak|backup|back|old|orig|original|save|saved|copy|bkp|prev|previous|tmp|swp)|~)[\w.-]*$|[._-]\d{6,}[\w.-]*$", re.IGNORECASE)
# What a bundler writes into the page for all to read is no secret (Next.js, Vite, CRA, Nuxt, Expo, Gatsby, Vue CLI), nor
# is the public half of a pair, or Supabase's key for browsers.
_PUBLIC = re.compile(r"(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|VUE_APP|PUBLIC|NG_APP)_.*|.*(?:PUBLIC|PUBLISHABLE|SITE|ANON)_?KEY.*", re.IGNORECASE)
_WEAK = re.compile(
    r"(?i)(?:postgres|postgresql|mysql|mariadb|root|admin|password|passwd|pass|test|testing|tests?ecret|secret|example|user|guest|dev|develop(?:ment)?|local|localhost|minio(?:admin)?|rabbitmq|mongo|redis|"
    r"changeme|letmein|qwerty|default|demo|foo|bar|baz|value|sample)[\d!_-]{0,4}"
    r"|(?:[a-z]{2,}[-_]){1,4}(?:password|passwd|pass|secret)"
    r"|(?:(?:my|our|super|some|the|very|top|jwt|api|access|private|refresh|session|auth|secret)[-_]?){1,4}(?:key|token|secret|string|password)[\d!_-]{0,4}"
    r"|(?:[a-z]+[-_.])*(?:test|testing|dummy|fake|example|sample|local|localhost)(?:[-_.](?:[a-z]+|\d{1,3}))*"
)
_LOCAL_URL = re.compile(r"(?i)[a-z][\w+.-]*://([^\s/@]*)@(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal|[a-z][\w-]*)(?::\d+)?(?:[/?].*)?")
_THIS_MACHINE = re.compile(r"(?i)localhost\Z|[\d\[]|host\.docker\.internal")
_PATH_OR_NAME = re.compile(r"(?i)(?:\.{0,2}/[\w./-]*|(?:sqlite3?|file):[\w./-]*|[\w./-]+\.(?:pem|key|crt|json|txt)|\d{1,6}|true|false|yes|no|on|off)")


def is_placeholder(text: str) -> bool:
    """Whether a value stands for one that somebody still has to fill in."""
    return _PLACEHOLDER.fullmatch(text.strip()) is not None if len(text) < 500 else False


def is_unfilled(target: Value) -> bool:
    """Whether a PM2 deploy target has nowhere to go yet: its host or repository is a placeholder, such as PM2's template has."""
    values = [of for key in ("host", "repo") if (of := target.get(key)) is not None]
    texts = [v.content for of in values for v in (of, *of.items()) if isinstance(v.content, str)]
    return any(_PM2_TEMPLATE.search(text) or is_placeholder(text) for text in texts)


def is_reference(text: str) -> bool:
    """Whether a value is filled in by another tool or from another variable."""
    return _REFERENCE.fullmatch(text.strip()) is not None


def is_weak(text: str) -> bool:
    """Whether a password is one that everybody knows, such as that of a fresh database."""
    return _WEAK.fullmatch(text) is not None


def is_strong(text: str) -> bool:
    """Whether a text is made as passwords and keys are: long enough, with letters and digits or signs mixed."""
    return len(text) >= 6 and bool(re.search(r"[A-Za-z]", text)) and bool(re.search(r"\d|[!@#$%^&*+=~?].", text))


def role(path: str) -> str:
    """What an env file is for by its name: `example`, `backup`, or `real`."""
    name = posixpath.basename(path)
    if _EXAMPLE.search(name):
        return "example"
    return "backup" if _BACKUP.search(name) else "real"


def real_secrets(variables: Mapping[str, Value]) -> list[str]:
    """Names of the variables that hold a secret which is no placeholder, no reference and no well-known default."""
    return [name for name, of in variables.items() if isinstance(of.content, str) and _is_secret(name, of.content.strip())]


def _is_secret(name: str, text: str) -> bool:
    if not text or is_placeholder(text) or is_reference(text) or plain_value(name, text) or _WEAK.fullmatch(text):
        return False
    if _PUBLIC.fullmatch(name) or text.startswith("pk_"):
        return False
    if _is_local(text) or ("DSN" in name and "sentry" in text):
        return False  # Sentry's documentation: DSNs may be public
    if secrets.spans(text):
        return True
    return secrets.secret_name(name) and not _PATH_OR_NAME.fullmatch(text) and "://" not in text and len(text) >= 6


def _is_local(text: str) -> bool:
    """Whether an address is that of a container beside this one, which nobody else reaches, or of this machine's database with a
    password that it came with: a made-up one is as good as any in production."""
    found = _LOCAL_URL.fullmatch(text)
    if found is None:
        return False
    user, _, password = found[1].partition(":")
    return not _THIS_MACHINE.match(found[2]) or password == user or is_weak(password) or not is_strong(password)
