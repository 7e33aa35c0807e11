"""DEPLOY_CHECKLIST.md as a living document: what a person has put into it survives, and rules have the last word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_checklist import DSN, IGNORED, RESTARTS, outcome, report, unsealed

from checklist.model import Report
from checklist.report import checklist, living
from checklist.report.view import View

BEFORE = report(outcome(RESTARTS, "fail"), outcome(DSN, "open"), outcome(IGNORED, "pass"))
AFTER = replace(report(outcome(RESTARTS, "pass"), outcome(IGNORED, "fail")), digest="f" * 64)
OWN = {"local": [{"text": "the team knows"}, {"text": "the team knows"}]}


def shown(of: Report, lang: str = "en") -> str:
    return checklist.render(of, View(lang=lang), own=OWN)


def edited(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def item(text: str, start: str) -> list[str]:
    """The lines of an item."""
    found = text.split("\n")
    at = next(i for i, line in enumerate(found) if start in line)
    end = next((i for i, line in enumerate(found[at + 1 :], at + 1) if not line.startswith("  ")), len(found))
    return found[at:end]


def test_ticks_stay_while_the_project_is_the_same() -> None:
    new = shown(BEFORE)
    ticked = edited(new, ("- [ ] The backend", "- [X] The backend"), ("- [ ] env.env", "- [x] env.env"))
    kept = living.keep(new, ticked, "en")
    assert kept == ticked.replace("[X]", "[x]")
    assert living.keep(new, kept, "en") == kept


def test_of_two_items_with_one_text_the_ticked_one_is_ticked() -> None:
    new = shown(BEFORE)
    head, _, tail = new.rpartition("- [ ] the team knows")
    ticked = f"{head}- [x] the team knows{tail}"
    assert living.keep(new, ticked, "en") == ticked


def test_what_a_rule_decides_is_neither_ticked_nor_unticked() -> None:
    new = shown(BEFORE)
    assert living.keep(new, edited(new, ("- [ ] ❌", "- [x] ❌"), ("- [x] .gitignore", "- [ ] .gitignore")), "en") == new


def test_a_change_of_the_project_takes_the_ticks_and_says_so() -> None:
    old = edited(shown(BEFORE), ("- [ ] The backend", "- [x] The backend"), ("- [ ] PM2", "- [x] PM2"))
    kept = living.keep(shown(AFTER), old, "en")
    line = "**⏳ The project has changed since digest `0123456789ab`: ticks taken away: 2.**"
    assert f"\n\n{line}\n\n" in kept
    assert unsealed(edited(kept, (f"\n\n{line}", ""))) == unsealed(shown(AFTER))
    # it stays until the next change
    assert living.keep(shown(AFTER), kept, "en") == kept
    assert living.keep(shown(BEFORE), kept, "en") == shown(BEFORE)


def test_notes_stay_and_say_that_they_are_of_an_earlier_state() -> None:
    old = edited(
        shown(BEFORE),
        ("- [ ] PM2 status shows \"online\"", "- [ ] PM2 status shows \"online\" — slow — but up"),
        ("rules that hold: `git/build-output-not-ignored` · judged: `ecosystem.config.js:9`\n", "rules that hold: `git/build-output-not-ignored` · judged: `ecosystem.config.js:9`\n  > asked Ivan\n\n  > twice\n"),
    )
    same = living.keep(shown(BEFORE), old, "en")
    assert unsealed(same) == unsealed(old)
    after = living.keep(shown(AFTER), same, "en")
    assert item(after, "PM2 status") == [
        '- [ ] PM2 status shows "online"',
        "  - after the deploy: `pm2 status`",
        "  - ⏳ from an earlier state of the project:",
        "  > slow — but up",
    ]
    assert item(after, ".gitignore")[-2:] == ["  - ⏳ from an earlier state of the project:", "  > asked Ivan"]
    assert "  > asked Ivan\n\n  > twice\n" in after
    assert item(after, ".gitignore")[0] == "- [ ] ❌ **.gitignore is up to date (`dist/` is ignored)**"
    assert living.keep(shown(AFTER), after, "en") == after
    # a new note stands before the old ones, and the mark is said once
    noted = edited(after, ("  - ⏳ from an earlier state of the project:\n  > slow", "  > fast now\n  - ⏳ from an earlier state of the project:\n  > slow"))
    assert living.keep(shown(AFTER), noted, "en") == noted
    again = living.keep(shown(BEFORE), noted, "en")
    assert item(again, "PM2 status")[2:] == ["  - ⏳ from an earlier state of the project:", "  > slow — but up", "  > fast now"]


def test_notes_of_an_item_that_is_gone_are_at_the_end_and_go_home_with_it() -> None:
    old = edited(shown(BEFORE), ("- [ ] the team knows\n  - for you to decide\n", "- [ ] the team knows\n  - for you to decide\n  > in chat\n"))
    without = checklist.render(BEFORE, View())
    gone = living.keep(without, old, "en")
    assert unsealed(gone).endswith("\n\n## Notes whose item is gone\n\n- ➖ the team knows\n  > in chat\n")
    assert living.keep(without, gone, "en") == gone
    assert unsealed(living.keep(shown(BEFORE), gone, "en")) == unsealed(old)


def test_another_language_keeps_every_word() -> None:
    old = edited(shown(BEFORE), ("  - after the deploy: `pm2 status`\n", "  - after the deploy: `pm2 status`\n  > fine\n"))
    russian = living.keep(shown(BEFORE, "ru"), old, "ru")
    assert "## Заметки к пунктам, которых больше нет\n\n- ➖ PM2 status shows \"online\"\n  > fine\n" in russian
    assert unsealed(living.keep(shown(BEFORE), russian, "en")) == unsealed(old)


def test_an_edited_line_of_ours_is_put_right_and_the_edit_is_kept() -> None:
    old = edited(shown(BEFORE), ("for you to do: `npm start`", "for you to do: `npm run serve`, since Monday"))
    kept = item(living.keep(shown(BEFORE), old, "en"), "The backend")
    assert kept[1:] == ["  - for you to do: `npm start`", "  - for you to do: `npm run serve`, since Monday"]


def test_a_heading_of_a_person_hides_no_open_item() -> None:
    headings = checklist.headings("en")
    text = edited(shown(BEFORE), ("- [ ] The backend starts", "## Mine\n\n- [ ] call the boss\n- [ ] The backend starts"))
    text = living.keep(shown(BEFORE), text, "en")
    assert "The backend starts without errors" in living.unticked(text, headings["local"], list(headings.values()))
    assert "call the boss" in living.unticked(text, headings["local"], list(headings.values()))


def test_what_has_changed_is_told_without_the_notes() -> None:
    old = edited(shown(BEFORE), ("- [ ] The backend starts without errors", "- [x] The backend starts without errors — by Ivan"), ("- [ ] env.env", "- [ ] mine\n- [ ] env.env"))
    told = list(living.changes(living.keep(shown(AFTER), old, "en"), old, "en"))
    assert told[:2] == [
        "what was read has changed: digest 0123456789ab, now ffffffffffff",
        "- [x] The backend starts without errors  →  - [ ] The backend starts without errors",
    ]
    assert "- [ ] ❌ **ecosystem.config.js is up to date**  →  - [ ] ecosystem.config.js is up to date" in told
    assert not [line for line in told if "mine" in line or "Ivan" in line]


NOTES = ["  > note {}", "> note {}", "note {}", "- [x] note {}", "  - note {}", "# note {}", "| note {} | a |", "    - note {}", "1. **note {}**", "- ➖ note {} — x"]
OF = st.sampled_from(["before", "after"])
STATES = {"before": BEFORE, "after": AFTER}
LANG = st.sampled_from(["en", "ru"])


@given(OF, st.sets(st.integers(0, 200)))
def test_any_ticks_survive_a_round_trip(of: str, which: set[int]) -> None:
    new = shown(STATES[of])
    told = new.split("\n")
    boxes = [i for i, line in enumerate(told) if line.startswith("- [ ] ") and "❌" not in line]
    for n in which:
        at = boxes[n % len(boxes)]
        told[at] = told[at].replace("- [ ]", "- [x]", 1)
    ticked = "\n".join(told)
    assert living.keep(new, ticked, "en") == ticked


@given(st.data())
def test_nothing_a_person_wrote_is_lost_whatever_became_of_the_file(data: st.DataObject) -> None:
    told = shown(STATES[data.draw(OF)], data.draw(LANG)).split("\n")
    for _ in range(data.draw(st.integers(0, 3))):
        del told[data.draw(st.integers(1, len(told) - 1))]
    notes = data.draw(st.lists(st.sampled_from(NOTES), max_size=6))
    for n, note in enumerate(notes):
        told.insert(data.draw(st.integers(1, len(told))), note.format(f"N{n}N"))
    if data.draw(st.booleans()):
        at = data.draw(st.integers(1, len(told) - 1))
        told[at] += data.draw(st.sampled_from([" — noteNxN", "noteNxN", " noteNxN — "]))
    old = "\n".join(told)
    lang = data.draw(LANG)
    new = shown(STATES[data.draw(OF)], lang)
    kept = living.keep(new, old, lang)
    sealed = any(line.startswith("<!-- onai-check: state ") and line.endswith("-->") for line in told)
    for n in range(len(notes)):
        assert f"N{n}N" in kept
    if sealed:
        assert ("NxN" in old) == ("NxN" in kept)
    assert living.keep(new, kept, lang) == kept


@given(st.text(), OF)
def test_any_text_at_all(old: str, of: str) -> None:
    new = shown(STATES[of])
    kept = living.keep(new, checklist.MARKER + "\n" + old, "en")
    assert all(line in kept for line in unsealed(new).split("\n") if not line.startswith("- ["))
    assert living.keep(new, kept, "en") == kept


@pytest.mark.parametrize("broken", ["", "<!-- onai-check: state 0123456789ab !!! -->", "<!-- onai-check: state 0123456789ab AAA -->"])
def test_a_file_whose_last_line_is_lost_keeps_ticks_and_notes(broken: str) -> None:
    new = shown(BEFORE)
    old = unsealed(edited(new, ("- [ ] The backend", "- [x] The backend"), ("  - for you to decide\n", "  - for you to decide\n  > said so\n")))
    kept = living.keep(new, old + broken, "en")
    assert unsealed(kept) == old
