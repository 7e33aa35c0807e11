"""Secrets by the form that they are written in, in whatever language: keys of known issuers, webhooks, logins and
queries of URLs, headers, passwords in SQL.

Forms after the public descriptions of their issuers (GitHub, GitLab, npm, Slack, Stripe, AWS, Google, Telegram, JWT RFC
7519), webhooks after the addresses of Slack, Discord, Microsoft Teams, Google Chat, PagerDuty and Healthchecks: who
knows one can post there. Each pattern begins where none of its characters stands before it, or ends after a bounded
stretch, so that a text costs time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checklist.secrets.literal import counts, literal
from checklist.secrets.naming import secret_name

ISSUED = re.compile(
    r"""(?x)
      gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,} | glpat-[\w-]{16,} | npm_[A-Za-z0-9]{30,}
    | xox[abprs]-[\w-]{10,} | (?:sk|pk|rk)_(?:live|test)_\w{10,} | sk-[\w-]{20,} | AKIA[0-9A-Z]{12,} | AIza[\w-]{30,}
    | \d{8,12}:[\w-]{30,}
    | (?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{5,}
    | -----BEGIN[ ][A-Z ]{0,40}PRIVATE[ ]KEY-----[\s\S]*?(?:-----END[ ][A-Z ]{0,40}PRIVATE[ ]KEY-----|\Z)
    """
)
WEBHOOK = re.compile(
    r"""(?x)
      hooks\.slack\.com/(?:services|workflows|triggers)/(?P<slack>[\w/-]++)(?![$<{%])
    | discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(?P<discord>[\w/-]++)(?![$<{%])
    | api\.telegram\.org/bot(?P<telegram>[\w:-]++)(?![$<{%])
    | (?<![\w-])[\w-]+\.(?:webhook\.office|office365)\.com/webhook\w*/(?P<teams>[\w@/-]++)(?![$<{%])
    | (?<![\w-])[\w-]+\.logic\.azure\.com(?::\d+)?/workflows/(?P<azure>[\w/.-]++)(?![$<{%])
    | chat\.googleapis\.com/v1/spaces/(?P<google>[\w/-]++)(?![$<{%])
    | api\.pagerduty\.com/integration/(?P<pagerduty>\w+) | hc-ping\.com/(?P<healthchecks>[\w-]{20,})
    """
)
# Keys that are made to be public, and words that say an example is one.
PUBLIC = re.compile(
    r"(?i)pk_|AIza|eyJ|xxx|\.{3}|example|dummy|fake|placeholder|changeme|your[-_]|do[-_]?not[-_]?use"
)
_LOGIN = re.compile(r"://([^\s/'\"`<>]+)@")
_QUERY = re.compile(r"[?&]([\w.-]{1,60})=([^\s&'\"`#<>\\]+)")
_QUERY_NAMES = re.compile(
    r"(?i)(?:[\w.-]*[_.-])?(?:access_?token|token|secret|api_?-?key|key|sig|signature|password|passwd|pwd|pass|auth"
    r"|credential)"
)
_HEADER = re.compile(
    r"(?i)\b(authorization\\{0,7}[\"']?\s{0,4}[:=]\s{0,4}\\{0,7}[\"']?)?"
    r"\b(?:bearer|basic|token|apikey)[ \t]{1,4}([\w.~+/=:-]{3,})"
)
_NETRC = re.compile(r"\bmachine\s{1,4}\S{1,100}\s{1,4}login\s{1,4}\S{1,100}\s{1,4}password\s{1,4}([^\s'\"\\]+)")
# `'`, and as it is written within quotes: `\'`, `'\''`, `'"'"'`
_SQL = re.compile(
    r"(?i)\b(?:IDENTIFIED\s{1,4}(?:WITH\s{1,4}\S{1,60}\s{1,4})?(?:BY|AS)(?:\s{1,4}PASSWORD)?\s{0,4}"
    r"(?P<double>\\{0,7}\")?"
    r"|(?<!\$)PASSWORD(?:\s{1,4}|\s{0,4}[=(]\s{0,4}))"
    r"(?P<quote>(?(double)|(?:'\\''|'\"'\"'|\\{0,7}'|\\{1,7}\")))(?P<value>[^\n]{1,500}?)"
    r"(?(double)(?P=double)|(?P=quote))"
)
_DEFAULT = re.compile(
    r"\$\{([A-Za-z_]\w{0,100}):?[-=](?!\$)([^}\n]{1,400})\}"
    r"|\benv\.([A-Za-z_]\w{0,100})\s{0,4}(?:\|\||\?\?)\s{0,4}(?P<quote>['\"`])([^\n'\"`]{1,400})(?P=quote)"
)
KEY = re.compile(r"(?=\S{0,400}\d)(?=\S{0,400}[A-Za-z])[\w+/=.~-]{16,}")
"""What is made by a machine: long, letters and digits mixed."""


# Most texts hold none of these in any case, which is seen much sooner than by a pattern.
_HINTS = {
    WEBHOOK: ("slack.com", "discord", "telegram.org", "office", "azure.com", "googleapis.com", "pagerduty", "hc-ping"),
    _LOGIN: ("://",),
    _HEADER: ("bearer", "basic", "token", "apikey"),
    _NETRC: ("machine",),
    _SQL: ("identified", "password"),
    _DEFAULT: ("${", "env."),
}


def found(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, form) of every stretch with one of the forms."""
    small = text.lower()

    def matches(pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        hints = _HINTS.get(pattern)
        return pattern.finditer(text) if hints is None or any(hint in small for hint in hints) else iter(())

    for m in ISSUED.finditer(text):
        yield *m.span(), "issued"
    for m in matches(WEBHOOK):
        yield *m.span(m.lastgroup or 0), "webhook"
    for m in matches(_LOGIN):
        user, colon, password = m[1].partition(":")
        if literal(password or user) if colon else KEY.fullmatch(user):
            yield *m.span(1), "login"
    for m in matches(_QUERY):
        if _QUERY_NAMES.fullmatch(m[1]) and literal(m[2]) and not counts(m[2]):
            yield *m.span(2), "query"
    for m in matches(_HEADER):
        if m[1] or re.search(r"\d", m[2][:400]):
            yield *m.span(2), "header"
    for m in matches(_NETRC):
        if literal(m[1]):
            yield *m.span(1), "argument"
    for m in matches(_SQL):
        if literal(m["value"]):
            yield *m.span("value"), "argument"
    for m in matches(_DEFAULT):
        name, value = (1, 2) if m[1] else (3, 5)
        if secret_name(m[name]) and literal(m[value]) and not counts(m[value]):
            yield *m.span(value), "name"
