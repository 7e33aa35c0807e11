"""Does what a CI job builds get off the machine that GitHub lends it: to a server, another job, a registry?"""

from __future__ import annotations

import re

from checklist.facts.deploy.met import Path
from checklist.facts.deploy.subject import STARTS
from checklist.model import Value, walk

_SENDS = re.compile(r"(?i)ssh|scp|rsync|ftp|deploy|release|publish|push|docker|s3|pages|azure|aws|google")
_NEUTRAL = re.compile(r"actions/(?:cache|checkout|setup-[\w-]+)(?:/\w+)?@|\./")
_ALL = re.compile(r"(?m)^\s*(?:\.|\./|\*\*?|\./\*\*?)\s*$|\.(?:tgz|zip|tar(?:\.\w+)?)\b|\$\{\{")


def leaves(path: Path, output: str | None) -> bool:
    """Whether the build output of a path may be used anywhere but in its tests; true of all that is no job of GitHub's machines."""
    job = path.entry.job
    if job is None or job.own_runner or output is None:
        return True
    if any(m.step.host == "remote" or m.step.effect in ("ship", "archive", *STARTS) or m.step.argv is None for m in path.met):
        return True
    if any(re.search(rf"(?<![\w-]){re.escape(output)}(?![\w-])", word) for s in path.run.steps for word in s.argv or ()):
        return True
    for step in (job.of.get("steps") or Value(())).items():
        uses, given = step.text("uses") or "", [str(v.content) for _, v in walk(step.get("with") or Value(None))]
        if uses and not _NEUTRAL.match(uses) and (_SENDS.search(uses) or any(output in text or ("artifact" in uses and _ALL.search(text)) for text in given)):
            return True
    return False
