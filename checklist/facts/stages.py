"""For which environment something is meant: the words for it in names, paths and NODE_ENV, one list of each."""

from __future__ import annotations

import re

PRODUCTION = ("production", "prod", "live")
DEVELOPMENT = ("development", "dev", "local")
STAGING = ("staging", "stage", "stg", "qa", "uat", "preview", "preprod", "sandbox", "demo")
ENV_FILES = (".env.production", ".env.prod", "env.env", ".env.production.local", "production.env", "prod.env")
"""Names of env files that are production's."""

OTHER = re.compile(
    r"(?i)(?<![a-z])(?:dev|develop|development|stage|stg|staging|test|tests|testing|qa|uat|preview|preprod|sandbox|demo|local|localhost|e2e|ci|examples?|samples?|templates?"
    r"|fixtures?|debug|docs?)(?![a-z])"
)
"""A word in a path, a name or a command that says: this is not for production."""
DESK = re.compile(r"(?i)(?<![a-z])(?:dev|develop|development|local|localhost|debug)(?![a-z])")
"""A word that says: this is for somebody's own machine. A stage is on a server as production is."""
PERSONAL = re.compile(r"/(?:Users|Volumes)/|[A-Za-z]:[\\/]")
"""The beginning of a folder on somebody's own machine; a server may be a Mac or Windows as well, but is not in development."""
