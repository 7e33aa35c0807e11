"""Random configs against Node: what is claimed to be known is Node's value, in any environment and in each of three."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path

import pytest
from conftest import need
from javascript_grammar import ENVIRONMENTS, Config
from javascript_truth import differs

from checklist.model import Unknown
from checklist.parse import javascript
from checklist.parse.js import loader

RUNNER = Path(__file__).parent / "random_runner.js"
SEEDS = range(500)


def test_random_configs_are_what_node_makes_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "parse", functools.lru_cache(4)(loader.parse))
    texts = {seed: Config(seed).text for seed in SEEDS}
    asked = json.dumps({"texts": list(texts.values()), "environments": ENVIRONMENTS})
    done = subprocess.run([need("node"), str(RUNNER)], input=asked, capture_output=True, text=True, encoding="utf-8", timeout=300, check=True)
    wrong: list[str] = []
    members = known = throwing = missed = 0
    for (seed, text), theirs in zip(texts.items(), json.loads(done.stdout), strict=True):
        for env in (None, *ENVIRONMENTS):
            told = theirs if env is None else [theirs[ENVIRONMENTS.index(env)]]
            if any("skip" in one for one in told):
                continue
            found = javascript.evaluate("ecosystem.config.js", text, root="/project", env=env).value
            values = [one["value"] for one in told if "value" in one]
            if not values:
                throwing += 1
                missed += found is not None and found.known()
                continue
            assert found is not None, text
            wrong += [f"{seed} {env}: {way}\n{text}" for one in values if (way := differs(found, one))]
            if isinstance(found.content, Unknown) and found.content.why.startswith("it throws"):
                wrong.append(f"{seed} {env}: Node does not throw\n{text}")
            members += len(found.members())
            known += sum(member.known() for member in found.members().values())
    assert not wrong, "\n".join(wrong)
    assert missed * 100 < throwing, (missed, throwing)  # an unknown value may throw, and be overwritten after that
    assert known > members * 0.45, (known, members)
