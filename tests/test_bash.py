"""The plan of a deploy is what bash does: which steps run and how the script ends, whichever step fails."""

from __future__ import annotations

import re
import subprocess
from itertools import combinations
from pathlib import Path

import pytest
from bash_conditions import ASTRAY, OTHER, SAME, Given
from bash_runs import POLICY, courses, install, planned, ran, real, step_name
from bash_scripts import ASKED, FOLDERS, LIBRARY, WRITTEN, Made
from conftest import need

from checklist.facts import deploy
from checklist.model import Project

SEEDS = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bash")
    install(made)
    return made


def differences(files: dict[str, str], folder: Path) -> list[str]:
    """Where bash and the plan disagree, first with no failure, then with each step failing that may run at all."""
    run, worlds = planned(files)
    found = []
    for name in [None, *worlds]:
        world = 1 if name is None else worlds[name]
        history = run.tree.history(world)
        waits = [s for s in run.steps if s.effect == "wait" and s.world & history]
        if waits or run.guessed:
            continue  # only where the stand-ins can follow
        failing = " ".join(n for n, w in worlds.items() if w & history)
        try:
            happened, well = real(need("bash"), folder, files, failing)
        except subprocess.TimeoutExpired:
            continue  # a loop that never ends
        mine, ends = ran(run, world), run.ends(world)
        if happened != mine or ends != {well}:
            found.append(f"{failing or 'nothing'} fails: bash runs {sorted(happened)}, the plan {sorted(mine)}; status 0: {well}, the plan {ends}")
    return found


@pytest.mark.parametrize("script", WRITTEN)
def test_what_runs_is_what_bash_runs(script: str, folder: Path) -> None:
    files = {"deploy.sh": script, **{name: text for name, text in LIBRARY.items() if name in script}}
    assert not planned(files)[0].guessed or re.search(r"\$\(seq", script), "the plan guesses: nothing would be compared"
    assert differences(files, folder) == []


@pytest.mark.parametrize("script", ASKED)
def test_whatever_a_question_is_answered_the_plan_has_it(script: str, folder: Path) -> None:
    """`ask` is a command that nobody knows: bash runs the script with every answer, the plan has all of them at once."""
    files = {"deploy.sh": script}
    run, worlds = planned(files)
    questions = sorted(set(re.findall(r"q\d", script)))
    happened = [real(need("bash"), folder, files, " ".join(no)) for n in range(len(questions) + 1) for no in combinations(questions, n)]
    assert {name for name, w in worlds.items() if next(s for s in run.steps if s.world == w).ran & run.tree.base} == {name for ran_, _ in happened for name in ran_ - set(questions)}
    assert {well for _, well in happened} <= run.ends(run.tree.base)
    steps = {name: next(s for s in run.steps if s.world == world) for name, world in worlds.items()}
    for one, other in combinations(sorted(steps), 2):
        assert run.together(steps[one], steps[other]) == any({one, other} <= ran_ for ran_, _ in happened), (one, other)


@pytest.mark.parametrize("script", FOLDERS)
def test_a_step_runs_in_the_folder_that_bash_is_in(script: str, folder: Path) -> None:
    run, _ = planned({"deploy.sh": script})
    real(need("bash"), folder, {"deploy.sh": script}, "")
    happened = dict(line.split(" ", 1) for line in (folder / "log.folders").read_text().splitlines())
    # the stand-in for ssh begins where the script is, a server in the home folder
    told = {s.argv[-1]: s.directory.replace("@", str(folder)).replace("~", str(folder)) for s in run.steps if s.argv and s.effect is not None and s.directory}
    assert told == {name: at for name, at in happened.items() if name in told}
    assert told


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_runs_is_what_bash_runs_in_scripts_made_up(seed: int, folder: Path) -> None:
    assert differences(Made(seed).files, folder) == []


@pytest.mark.parametrize(("script", "given"), [*SAME, *OTHER])
def test_a_condition_that_is_met_again_goes_the_way_it_went(script: str, given: Given, folder: Path) -> None:
    files = {"deploy.sh": script}
    run, worlds = planned(files)
    assert courses(run) == {frozenset(real(need("bash"), folder, files, "", of)[0]) for of in given}
    order = list(worlds)
    for n, name in enumerate(order):
        happened = set().union(*(done for of in given if name in (done := real(need("bash"), folder, files, name, of)[0])))
        later = {step_name(s.argv) for s in run.steps if s.argv and s.ran & worlds[name]} & set(order[n + 1 :])
        assert later == happened & set(order[n + 1 :]), f"{name} fails"


@pytest.mark.parametrize("script", ASTRAY)
def test_files_are_removed_astray_where_bash_may_remove_them(script: str, folder: Path) -> None:
    files = {"deploy.sh": f"{script}\npm2 restart api\n"}
    gone = False
    for of in ({}, {"MADE": "x"}, {"MADE": "x y"}, {"FILES": "x"}, {"FILES": "x", "MADE": "y"}, {"MADE": "x there there/dist"}):
        real(need("bash"), folder, files, "", {"D": "x", "STATE": "y", **of, "MADE": f"dist {of.get('MADE', '')}"})
        gone |= any(not (folder / made).exists() for made in ("dist", *of.get("MADE", "").split()) if made.endswith("dist"))
    project = Project(files=files, policy=POLICY)
    steps = [d.value for d in deploy.documents(project, deploy.paths(project, []), []) if d.kind == "deploy.step" and d.value.text("effect") == "clean"]
    assert any((astray := s.get("astray")) is not None and astray.content is True for s in steps) == gone
