"""The crash loop of each app as a picture: restarts over time, as it is and as the policy asks."""

from __future__ import annotations

import html
from collections.abc import Sequence

from checklist import units
from checklist.facts.pm2 import crashloop
from checklist.facts.pm2.crashloop import Limits, Loop
from checklist.model import Report, Value
from checklist.report import crashloop as told
from checklist.report.clean import one_line

LIFETIME = 2000
"""As in the incident: a start, two seconds, a SyntaxError."""
_HORIZON = 3 * 3_600_000
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 240, 48, 12, 16, 36
_POINTS = 240

_WORDS = {"en": {"x": "time since the first start", "y": "restarts"}, "ru": {"x": "время с первого старта", "y": "перезапуски"}}


def figures(report: Report, lang: str) -> list[str]:
    """A figure for each app whose restart options are known; environments of one app are the app itself."""
    apps = [d for d in report.documents if d.kind == "pm2.app" and d.value.get("environment") in (None, Value(None))]
    known = [(app, limits) for app in apps if (limits := crashloop.limits(app.value)) is not None]
    return [_figure(app.subject, limits, told.proposed(report.policy(app.file)), lang) for app, limits in known]


def _figure(name: str, now: Limits, then: Limits, lang: str) -> str:
    shown = [("now", now)] + ([("then", then)] if then != now else [])
    loops = {label: crashloop.simulate(limits, LIFETIME, horizon=_HORIZON) for label, limits in shown}
    most = max(1, *(loop.restarts for loop in loops.values()))
    curves = "".join(_curve(label, loop, most) for label, loop in loops.items())
    lines = [
        f'<span class="key {label}"></span>{told.WORDS[lang][label]}: <code>{html.escape(told.options(limits, lang))}</code> — {html.escape(told.verdict(loops[label], _HORIZON, lang))}'
        for label, limits in shown
    ]
    said = "; ".join(f"{told.WORDS[lang][label]}: {told.verdict(loop, _HORIZON, lang)}" for label, loop in loops.items())
    svg = f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(said)}">{_axes(most, lang)}{curves}</svg>'
    return f"<figure><figcaption><b>{html.escape(one_line(name))}</b></figcaption>{svg}<figcaption>{'<br>'.join(lines)}</figcaption></figure>"


def _axes(most: int, lang: str) -> str:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    words = _WORDS[lang]
    hours = [
        f'<text x="{_x(h * 3_600_000):.0f}" y="{bottom + 16}" text-anchor="{"start" if h == 0 else "end" if h == 3 else "middle"}">{units.show_time(h * 3_600_000, lang) if h else "0"}</text>'
        for h in range(4)
    ]
    return (
        f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>'
        + "".join(hours)
        + f'<text x="{(_LEFT + right) // 2}" y="{_HEIGHT - 4}" text-anchor="middle">{words["x"]}</text>'
        + f'<text x="{_LEFT - 6}" y="{_TOP + 10}" text-anchor="end">{most}</text><text x="{_LEFT - 6}" y="{bottom}" text-anchor="end">0</text>'
        + f'<text x="{_LEFT + 6}" y="{_TOP + 4}">{words["y"]}</text>'
    )


def _curve(label: str, loop: Loop, most: int) -> str:
    """Restarts so far; a dot where PM2 has given up."""
    points = _thinned(loop.starts)
    path = "M" + "L".join(f"{_x(time):.1f} {_y(count, most):.1f}" for time, count in points)
    if loop.verdict == "loops":
        path += f"L{_x(_HORIZON):.1f} {_y(loop.restarts, most):.1f}"
        return f'<path class="{label}" d="{path}"/>'
    end = f'<circle class="{label}" cx="{_x(loop.gave_up_after or 0):.1f}" cy="{_y(loop.restarts, most):.1f}" r="5"/>'
    return f'<path class="{label}" d="{path}"/>{end}'


def _thinned(starts: Sequence[float]) -> list[tuple[float, int]]:
    step = max(1, len(starts) // _POINTS)
    return [(starts[n], n) for n in range(0, len(starts), step)]


def _x(time: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * time / _HORIZON


def _y(count: int, most: int) -> float:
    bottom = _HEIGHT - _BOTTOM
    return bottom - (bottom - _TOP) * count / most
