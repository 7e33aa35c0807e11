"""Scripts that ask more than once what cannot be known, each with what may come from outside.

What is given: the values of ENV and SKIP, the ARGUMENTS of the script, and which of the folders x, y, dist and old are there before.
"""

from __future__ import annotations

_ENV = ({"ENV": "prod"}, {"ENV": "staging"}, {"ENV": ""})
_BOTH = tuple({"ENV": env, "SKIP": skip} for env in ("prod", "dev") for skip in ("true", "false"))
_SKIP = ({"SKIP": "true"}, {"SKIP": "false"}, {"SKIP": ""})
_X = ({"MADE": ""}, {"MADE": "x"})
_XY = tuple({"MADE": made} for made in ("", "x", "y", "x y"))

Given = tuple[dict[str, str], ...]

# the second goes the way of the first
SAME: list[tuple[str, Given]] = [
    ('if [ "$ENV" = prod ]; then npm ci a; fi\nif [ "$ENV" = prod ]; then npm ci b; fi', _ENV),
    ('if [ "$ENV" = prod ]; then npm ci a; else npm ci b; fi\nif [ "$ENV" = prod ]; then npm ci c; else npm ci d; fi', _ENV),
    ('if [ "$ENV" = prod ]; then npm ci a; fi\nif [ "$ENV" != prod ]; then npm ci b; fi', _ENV),
    ('if ! [ "$ENV" = prod ]; then npm ci a; fi\n[ "$ENV" = prod ] && npm ci b', _ENV),
    ('if [[ $ENV == prod ]]; then npm ci a; fi\ntest "${ENV}" = prod || npm ci b', _ENV),
    ('[ "$ENV" = prod ] && npm ci a\n[ "$ENV" = staging ] && npm ci b', _ENV),
    ('[ prod = "$ENV" ] && npm ci a\n[ ! "$ENV" == prod ] && npm ci b', _ENV),
    ('[ -z "$ENV" ] && exit 1\nnpm ci a\n[ -n "$ENV" ] || npm ci b', _ENV),
    ('if [ "$ENV" = prod ]; then npm ci a; exit 0; fi\nnpm ci b\nif [ "$ENV" = prod ]; then npm ci c; fi', _ENV),
    ('[ "$ENV" = prod ] || exit 1\nnpm ci a\ncase "$ENV" in prod) npm ci b;; *) npm ci c;; esac', _ENV),
    ('case $ENV in prod|live) npm ci a;; staging) npm ci b;; *) npm ci c;; esac\n[ "$ENV" = staging ] && npm ci d', _ENV),
    ('case "$(printf %s "$ENV" | cat)-x" in prod-x) npm ci a;; other-y) npm ci b;; *) npm ci c;; esac', _ENV),
    ('case $ENV in p*) npm ci a;; *) npm ci b;; esac\ncase $ENV in p*) npm ci c;; *) npm ci d;; esac', _ENV),
    ('if [ "$ENV" = prod ]; then if [ "$ENV" = prod ]; then npm ci a; else npm ci b; fi; fi', _ENV),
    ('if [ "$ENV" = prod ] && [ "$SKIP" = true ]; then npm ci a; fi\nif [ "$SKIP" != true ]; then npm ci b; fi\n[ "$ENV" = prod ] && npm ci c', _BOTH),
    ('if [[ $ENV == prod && $SKIP == true ]]; then npm ci a; fi\nif [[ $ENV == prod && $SKIP == true ]]; then npm ci b; fi', _BOTH),
    ("if $SKIP; then npm ci a; fi\nif ! $SKIP; then npm ci b; fi", _SKIP),
    ('$SKIP || npm ci a\n[ "$SKIP" = true ] && npm ci b', _SKIP),
    ('if [ "${ENV:-}" = prod ]; then npm ci a; fi\nif [ "$ENV" = prod ]; then npm ci b; fi', _ENV),
    ('T=$(printf %s "$ENV" | cat)\n[ "$T" = prod ] && npm ci a\n[ "$T" = prod ] || npm ci b', _ENV),
    ('if [ "$ENV" = prod ]; then T=1; else T=2; fi\n[ "$T" = 1 ] && npm ci a\n[ "$T" = 1 ] || npm ci b', _ENV),
    ('E=${1:-prod}\n[ "$E" = prod ] && npm ci a\ncase $E in prod) npm ci b;; *) npm ci c;; esac', ({}, {"ARGUMENTS": "prod"}, {"ARGUMENTS": "dev"})),
    ("[ -d x ] && curl -s http://localhost/a\n[ -d x ] || npm ci b", _X),
    ("if [ ! -d x ]; then echo none; exit 1; fi\nnpm ci a\npm2 restart b", _X),
    ("if [ -d x ]; then npm ci a; elif [ -d y ]; then npm ci b; fi; true\n", _XY),
    ("[ -d ./x ] && echo there\nif [ -d x/ ]; then :; else :; fi\n[ -d x ] && [ -d y ] && npm ci a\n", _XY),
    ("[ -d x ] && curl -s http://localhost/a\n[ -e x ] || npm ci b", ({}, {"MADE": "x"}, {"FILES": "x"})),
    ("if [ -d x ]; then curl -s http://localhost/a; elif [ -f x ]; then curl -s http://localhost/b; fi\n[ -f x ] && npm ci c", ({"MADE": ""}, {"MADE": "x"}, {"FILES": "x"})),
    ('command -v "$SKIP" >/dev/null && curl -s http://localhost/a\nif ! command -v "$SKIP" >/dev/null; then npm ci b; fi', ({"SKIP": "ls"}, {"SKIP": "none"})),
    ('D=x\n[ -d "$D" ] && curl -s http://localhost/a\nls >/dev/null; cat /dev/null\n[ -d x ] && curl -s http://localhost/b', _X),
    ('f() { [ "$ENV" = prod ] && npm ci a; }\nf\n[ "$ENV" = prod ] || npm ci b', _ENV),
    ('f() { [ "$1" = prod ] && npm ci a; [ "$1" = prod ] || npm ci b; }\nf "$ENV"', _ENV),
    ('log() { echo "$1"; }\n[ "$ENV" = prod ] && npm ci a\nlog done\n[ "$ENV" = prod ] || npm ci b', _ENV),
    ('[ "$ENV" = prod ] && npm ci a\n( [ "$ENV" = prod ] || npm ci b )\nbash -c \'[ "$ENV" = prod ] && npm ci c\'', _ENV),
    ('for i in 1 2; do [ "$ENV" = prod ] && npm ci a; [ "$ENV" = prod ] || npm ci b; done', _ENV),
    ('[ "$ENV" = prod ] && npm ci a\nssh h \'[ "$1" = x ] || npm ci b\'\n[ "$ENV" = prod ] || npm ci c', _ENV),
    ('npm ci a\n[ "$ENV" = prod ] && exit 1\n[ "$ENV" = prod ] && npm ci b\npm2 restart c', _ENV),
    ('npm ci a || echo bad\nif [ -z "$ENV" ]; then npm ci b; exit 1; fi\nnpm ci c\n[ -n "$ENV" ] || npm ci d', _ENV),
    ('f() { if [ "$ENV" = prod ]; then npm ci a; return 1; fi; npm ci b; }\nif f; then npm ci c; fi\n[ "$ENV" = prod ] || npm ci d', _ENV),
    ('f() { if [ "$ENV" = prod ]; then npm ci a; return; fi; npm ci b; }\nf\nnpm ci c\n[ "$ENV" = prod ] || npm ci d', _ENV),
    ('f() { if [ "$ENV" = prod ]; then V=1; return 1; fi; V=2; }\nf || true\n[ $V = 1 ] && npm ci a\n[ $V = 1 ] || npm ci b', _ENV),
    ('set -e\n[ -n "$ENV" ]\nnpm ci a\nif [ -z "$ENV" ]; then npm ci b; fi', _ENV),
    ('set -e\nif [ "$ENV" = prod ]; then [ -n "$SKIP" ]; npm ci a; fi\nif [ "$ENV" = prod ]; then npm ci b; else npm ci c; fi', (*_ENV, {"ENV": "prod", "SKIP": "1"})),
]

# near misses: in between it may have become another
OTHER: list[tuple[str, Given]] = [
    ('[ "$ENV" = prod ] && npm ci a\nENV=$(cat state)\n[ "$ENV" = prod ] && npm ci b', tuple({"ENV": e, "STATE": s} for e in ("prod", "") for s in ("prod", ""))),
    ('[ "$ENV" = prod ] && npm ci a\nread ENV < state\n[ "$ENV" = prod ] && npm ci b', tuple({"ENV": e, "STATE": s} for e in ("prod", "") for s in ("prod", ""))),
    ('[ "$ENV" = prod ] && npm ci a\n. ./state.env\n[ "$ENV" = prod ] && npm ci b', tuple({"ENV": e, "STATE": s} for e in ("prod", "") for s in ("ENV=prod", "ENV="))),
    ('[ "$ENV" = prod ] && npm ci a\nexport $(cat state)\n[ "$ENV" = prod ] && npm ci b', tuple({"ENV": e, "STATE": s} for e in ("prod", "") for s in ("ENV=prod", "ENV="))),
    ('f() { [ "$1" = prod ] && npm ci $2; }\nf "$ENV" a\nf "$SKIP" b', tuple({"ENV": e, "SKIP": s} for e in ("prod", "") for s in ("prod", ""))),
    ('f() { [ "$1" = prod ] && npm ci $2; }\nset -- "$ENV" "$SKIP"\nf "$1" a\nshift\nf "$1" b', tuple({"ENV": e, "SKIP": s} for e in ("prod", "") for s in ("prod", ""))),
    ('f() { [ "$ENV" = prod ] && npm ci $1; }\nf a\nENV="$SKIP" f b', tuple({"ENV": e, "SKIP": s} for e in ("prod", "") for s in ("prod", ""))),
    ('f() { local ENV="$SKIP"; [ "$ENV" = prod ] && npm ci a; }\nf\n[ "$ENV" = prod ] && npm ci b', tuple({"ENV": e, "SKIP": s} for e in ("prod", "") for s in ("prod", ""))),
    ('[ "$ENV" = prod ] && npm ci a\nENV="$SKIP" bash -c \'[ "$ENV" = prod ] && npm ci b\'', tuple({"ENV": e, "SKIP": s} for e in ("prod", "") for s in ("prod", ""))),
    ('[ "$ENV" = prod ] && npm ci a\nssh h \'[ "$ENV" = prod ] && npm ci b\'', tuple({"ENV": e, "THERE": s} for e in ("prod", "") for s in ("prod", ""))),
    ('[ "$(cat state)" = prod ] && npm ci a\necho "$SKIP" > state\n[ "$(cat state)" = prod ] && npm ci b', tuple({"STATE": e, "SKIP": s} for e in ("prod", "") for s in ("prod", ""))),
    ('[ -d x ] && npm ci a\nsh -c "$SKIP"\n[ -d x ] && npm ci b', tuple({**e, "SKIP": s} for e in _X for s in ("mkdir -p x", "rm -rf x"))),
    ('[ -d x ] && npm ci a\ncd old\n[ -d x ] && npm ci b', tuple({"MADE": f"old {e} {s}"} for e in ("x", "") for s in ("old/x", ""))),
    ('command -v "$SKIP" >/dev/null && curl -s http://localhost/a\nSKIP="$ENV"\ncommand -v "$SKIP" >/dev/null && npm ci b', tuple({"ENV": e, "SKIP": s} for e in ("ls", "none") for s in ("ls", "none"))),
    ('for d in x y; do [ -d $d ] && npm ci a; done', _XY),
    ('for d in "$ENV" "$SKIP"; do [ "$d" = prod ] && npm ci a; done', tuple({"ENV": e, "SKIP": s} for e in ("prod", "") for s in ("prod", ""))),
    ('[ -d x ] && npm ci a\nssh h \'[ -d x ] && npm ci b\'', tuple({"MADE": f"there {e} {s}"} for e in ("x", "") for s in ("there/x", ""))),
    ('[ "$ENV" = prod ] && npm ci a\nexport ENV="$SKIP"\nbash -c \'[ "$ENV" = prod ] && npm ci b\'', tuple({"ENV": e, "SKIP": s} for e in ("prod", "") for s in ("prod", ""))),
    ('[ "$RANDOM" -gt 9 ]\n[ -n "$ENV" ] && npm ci a\nENV=$SKIP\n[ -z "$ENV" ] && npm ci b', tuple({"ENV": e, "SKIP": s} for e in ("prod", "") for s in ("prod", ""))),
]

# what becomes of `dist` here, if x is no folder
ASTRAY = [
    'cd x\nrm -rf dist',
    '[ -d x ] || exit 1\ncd x\nrm -rf dist',
    'if [ ! -d x ]; then echo no; exit 1; fi\ncd x\nrm -rf dist',
    'test -d x || { echo no; exit 1; }\nnpm ci\ncd x\nrm -rf dist',
    '[[ -d $D ]] || exit 1\ngit pull\ncd $D\nrm -rf dist',
    '[ -d x ] || echo no\ncd x\nrm -rf dist',
    '[ -d x ] || exit 1\ncd y\nrm -rf dist',
    '[ -d "$D" ] || exit 1\nD=$STATE\ncd $D\nrm -rf dist',
    '[ -d "$D" ] || exit 1\ncd $D\nrm -rf dist',
    '[ -d "$D" ] || exit 1\ncd ${D}/api\nrm -rf dist',
    'set -e\nmkdir -p x\nset +e\ncd x\nrm -rf dist',
    'mkdir -p x\ncd x\nrm -rf dist',
    'mkdir -p x || exit 1\ncd x\nrm -rf dist',
    'mkdir -p x || true\ncd x\nrm -rf dist',
    'if ! mkdir -p x; then exit 1; fi\ncd x\nrm -rf dist',
    'mkdir -p x && cd x && rm -rf dist',
    '[ -d x ] || exit 1\nrm -rf x\ncd x\nrm -rf dist',
    '[ -d x ] || mkdir -p x || exit 1\ncd x\nrm -rf dist',
    "[ -d x ] || exit 1\nssh h 'cd x; rm -rf dist'",
    "ssh h 'set -e; cd x; rm -rf dist'",
    "ssh h <<'EOF'\nset -e\ncd x\nrm -rf dist\nEOF\n",
    "set -e\nssh h <<'EOF'\ncd x\nrm -rf dist\nEOF\n",
    "ssh h <<'EOF'\n[ -d x ] || exit 1\ncd x\nrm -rf dist\nEOF\n",
    "ssh h bash -se <<'EOF'\ncd x\nrm -rf dist\nEOF\n",
    "ssh h bash -e -c 'cd x; rm -rf dist'",
    'ssh h "bash -ec \'cd x; rm -rf dist\'"',
    'cd x || exit 1\ncd ..\ncd x\nrm -rf dist',
    'if [ -d x ]; then cd x; rm -rf dist; fi',
    'if [ -d x ]; then npm ci; fi\ncd x; rm -rf dist',
    'f() { [ -d "$1" ] || exit 1; }\nf x\ncd x\nrm -rf dist',
    'f() { [ -d "$1" ] || return 1; }\nf x\ncd x\nrm -rf dist',
    'f() { [ -d "$1" ] || return 1; }\nf x || exit 1\ncd x\nrm -rf dist',
    '[ -e x ] || exit 1\ncd x\nrm -rf dist',
    '[ -d x/dist ] || exit 1\ncd x\nrm -rf dist',
    '(cd x; rm -rf dist)',
    'npm ci || echo bad\n[ -d x ] || exit 1\ncd x\nrm -rf dist',
]
