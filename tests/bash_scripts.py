"""Scripts to try: written ones, each with what it is about, and ones made up from a seed."""

from __future__ import annotations

import random

WRITTEN = [
    "npm ci a\npm2 restart b",
    "set -e\nnpm ci a\npm2 restart b",
    "set -euo pipefail\nnpm ci a\npm2 restart b",
    "set -o errexit\nnpm ci a\npm2 restart b",
    "set -e\nset +e\nnpm ci a\npm2 restart b",
    "#!/bin/bash -e\nnpm ci a\npm2 restart b",
    "set -e\nnpm ci a || true\npm2 restart b",
    "set -e\nnpm ci a || echo bad\npm2 restart b",
    "npm ci a || exit 1\npm2 restart b",
    "npm ci a || { echo bad; exit 1; }\npm2 restart b",
    "npm ci a || { pm2 restart c; exit 1; }\npm2 restart b",
    "npm ci a || exit 0\npm2 restart b",
    "npm ci a && pm2 restart b",
    "npm ci a && pm2 restart b\npm2 save c",
    "npm ci a && pm2 restart b || git pull c\npm2 save d",
    "set -e\nnpm ci a && echo ok\npm2 restart b",
    "set -e\nnpm ci a && echo ok || echo bad\npm2 restart b",
    "set -e\n! npm ci a\npm2 restart b",
    "if ! npm ci a; then exit 1; fi\npm2 restart b",
    "if ! npm ci a; then echo bad; fi\npm2 restart b",
    "if npm ci a; then echo ok; else exit 1; fi\npm2 restart b",
    "set -e\nif npm ci a; then pm2 restart b; elif npm ci c; then pm2 restart d; else pm2 restart e; fi\npm2 save f",
    "set -e\nif npm ci a && npm ci c; then pm2 restart b; fi",
    "set -e\nnpm ci a | cat\npm2 restart b",
    "set -eo pipefail\nnpm ci a | cat\npm2 restart b",
    "set -e\n(npm ci a)\npm2 restart b",
    "set -e\n(npm ci a; git pull c)\npm2 restart b",
    "(set -e; npm ci a; git pull c)\npm2 restart b",
    "set -e\n{ npm ci a; git pull c; }\npm2 restart b",
    "set -e\nf() { npm ci a; git pull c; }\nf\npm2 restart b",
    "f() { npm ci a; git pull c; }\nf\npm2 restart b",
    "f() { npm ci a || return 1; git pull c; }\nf || exit 1\npm2 restart b",
    "set -e\nf() { npm ci a; git pull c; }\nf || true\npm2 restart b",
    "set -e\nf() { npm ci a; git pull c; }\nif f; then echo ok; fi\npm2 restart b",
    "set -e\nf() { npm ci a && return 0; pm2 restart c; return 1; }\nf\npm2 restart b",
    "f() { npm ci a; }\ng() { f; pm2 restart c; }\nset -e\ng\npm2 restart b",
    "set -e\nf() { local x=$(npm ci a); pm2 restart c; }\nf\npm2 restart b",
    "set -e\nf() { local x; x=$(npm ci a); pm2 restart c; }\nf\npm2 restart b",
    "set -e\nset -- -p x -q\nwhile [ $# -gt 0 ]; do\ncase $1 in\n-p) P=$2; shift 2 ;;\n-q) shift ;;\n*) exit 1 ;;\nesac\ndone\nnpm ci a\npm2 restart b",
    "set -e\nf() { shift 2; pm2 restart $1; }\nf x y b\npm2 save c",
    "set -e\nX=$(npm ci a)\npm2 restart b",
    "set -e\nexport X=$(npm ci a)\npm2 restart b",
    "set -e\necho $(npm ci a)\npm2 restart b",
    "set -e\nX=$(npm ci a; git pull c)\npm2 restart b",
    "set -e\nX=$(set -e; npm ci a; git pull c)\npm2 restart b",
    "set -e\nssh h 'npm ci a'\npm2 restart b",
    "ssh h 'npm ci a'\npm2 restart b",
    "set -e\nssh h 'npm ci a; git pull c'\npm2 restart b",
    "set -e\nssh h 'npm ci a && git pull c'\npm2 restart b",
    "set -e\nssh h \"set -e; npm ci a; git pull c\"\npm2 restart b",
    "ssh h 'set -e; npm ci a; pm2 restart b'",
    "ssh -t -p 22 h npm ci a '&&' pm2 restart b",
    "set -e\nssh h <<'EOF'\nnpm ci a\npm2 restart b\nEOF\npm2 save c",
    "set -e\nssh h <<EOF\nset -e\nnpm ci a\npm2 restart b\nEOF\npm2 save c",
    "set -e\nssh h bash -s <<'EOF'\nnpm ci a\npm2 restart b\nEOF\npm2 save c",
    "set -e\nssh h bash -se <<'EOF'\nnpm ci a\npm2 restart b\nEOF\npm2 save c",
    "set -e\nssh h 'bash -s' < remote.sh\npm2 save c",
    "bash -c 'npm ci a; pm2 restart b'",
    "set -e\nbash -c 'npm ci a'\npm2 restart b",
    "set -e\nbash -ec 'npm ci a; git pull c'\npm2 restart b",
    "set -e\neval 'npm ci a; git pull c'\npm2 restart b",
    "set -e\nbash remote.sh\npm2 save c",
    "set -e\n./strict.sh\npm2 save c",
    "set -e\nbash strict.sh\npm2 save c",
    "set -e\nsource ./remote.sh\npm2 save c",
    "set -e\n. ./lib.sh\nbuild\npm2 save c",
    "npm ci a\nif [ $? -ne 0 ]; then exit 1; fi\npm2 restart b",
    "npm ci a\nif [ $? -eq 0 ]; then pm2 restart b; else pm2 restart c; exit 1; fi",
    "npm ci a\nrc=$?\necho done\n[ $rc -eq 0 ] || exit $rc\npm2 restart b",
    "set -e\nrc=0\nnpm ci a || rc=$?\nif [[ $rc != 0 ]]; then pm2 restart c; exit \"$rc\"; fi\npm2 restart b",
    "trap 'exit 1' ERR\nnpm ci a\npm2 restart b",
    "trap 'pm2 restart c; exit 1' ERR\nnpm ci a\npm2 restart b",
    "trap 'pm2 restart c' ERR\nnpm ci a\npm2 restart b",
    "set -e\ntrap 'pm2 restart c' ERR\nnpm ci a\npm2 restart b",
    "set -e\ntrap 'pm2 restart c' EXIT\nnpm ci a\npm2 restart b",
    "undo() { if [ $? -ne 0 ]; then pm2 restart c; fi; }\nset -e\ntrap undo EXIT\nnpm ci a\npm2 restart b",
    "set -e\ntrap 'pm2 restart c' ERR\nf() { npm ci a; }\nf\npm2 restart b",
    "set -eE\ntrap 'pm2 restart c; exit 3' ERR\nf() { npm ci a; git pull d; }\nf\npm2 restart b",
    "set -e\nfor i in 1; do npm ci a; done\npm2 restart b",
    "for i in 1 2; do npm ci a && break; done\npm2 restart b",
    "ok=\nfor i in 1 2 3; do\n  if curl -sf http://localhost/a; then ok=1; break; fi\n  sleep 1\ndone\n[ -n \"$ok\" ] || exit 1\npm2 save b",
    "for i in 1 2 3; do\n  curl -sf http://localhost/a && exit 0\n  sleep 1\ndone\npm2 restart b\nexit 1",
    "for i in $(seq 1 3); do\n  curl -sf http://localhost/a && exit 0\n  sleep 1\ndone\npm2 restart b\nexit 1",
    "n=0\nuntil curl -sf http://localhost/a; do\n  n=$((n+1))\n  if [ $n -ge 5 ]; then pm2 restart c; exit 1; fi\n  sleep 1\ndone\npm2 save b",
    "n=0\nwhile ! curl -sf http://localhost/a; do ((n++)); (( n > 4 )) && exit 1; done\npm2 save b",
    "n=0\nwhile [ $n -lt 3 ]; do curl -sf http://localhost/a && break; n=$((n + 1)); done\nif [ $n -eq 3 ]; then pm2 restart c; exit 1; fi\npm2 save b",
    "curl -s http://localhost/a || exit 1\npm2 save b",
    "curl -sf http://localhost/a || exit 1\npm2 save b",
    "curl -s http://localhost/a | grep -q 200 || exit 1\npm2 save b",
    "if curl -s http://localhost/a | grep -q 200; then pm2 save b; else pm2 restart c; exit 1; fi",
    "C=$(curl -s -o /dev/null -w '%{http_code}' http://localhost/a)\n[ \"$C\" = 200 ] || exit 1\npm2 save b",
    "C=$(curl -s http://localhost/a)\nif [ \"$C\" -ne 200 ]; then pm2 restart c; exit 1; fi\npm2 save b",
    "C=$(curl -s http://localhost/a || echo 000)\nif [[ \"$C\" != \"200\" ]]; then pm2 restart c; exit 1; fi\npm2 save b",
    "C=$(curl -s http://localhost/a || echo FAILED)\nif [ \"$C\" = FAILED ]; then pm2 restart c; exit 1; fi\npm2 save b",
    "C=$(curl -sf http://localhost/a || echo FAILED)\nif [ \"$C\" = FAILED ]; then pm2 restart c; exit 1; fi\npm2 save b",
    "C=$(curl -sf http://localhost/a || echo none)\nif [ -z \"$C\" ]; then pm2 restart c; exit 1; fi\npm2 save b",
    "C=$(curl -sf http://localhost/a)\nif [ -z \"$C\" ]; then pm2 restart c; exit 1; fi\npm2 save b",
    "C=$(curl -s http://localhost/a)\ncase $C in\n2*) pm2 save b;;\n*) pm2 restart c; exit 1;;\nesac",
    "C=$(curl -s http://localhost/a)\ngrep -q 200 <<< \"$C\" || exit 1\npm2 save b",
    "C=$(curl -s http://localhost/a)\nif [ \"$C\" = 200 ]; then echo ok; else echo bad; fi\npm2 save b",
    "health() {\n  for i in 1 2 3; do\n    curl -sf http://localhost/a && return 0\n    sleep 1\n  done\n  return 1\n}\nif ! health; then\n  pm2 restart c\n  exit 1\nfi\npm2 save b",
    "set -e\ncase deploy in\ndeploy) npm ci a;;\n*) exit 2;;\nesac\npm2 restart b",
    "set -e\nnpm ci a &\nwait\npm2 restart b",
    "npm ci a; pm2 restart b",
    "set -e; npm ci a; pm2 restart b",
    "set -e\nnpm ci a ||\n  exit 1\npm2 restart b",
    "false && npm ci a\npm2 restart b",
    "true || npm ci a\npm2 restart b",
    "set -e\nfalse || npm ci a\npm2 restart b",
    "if [ 1 = 2 ]; then npm ci a; else npm ci b; fi\npm2 restart c",
    "if [[ deploy == d* && -n x ]]; then npm ci a; fi\npm2 restart c",
    "[ -z \"\" ] && npm ci a\n[ ! 1 -gt 2 ] && pm2 restart b",
    "D=prod\nif test \"$D\" = prod; then npm ci a; fi\nexit 0\npm2 restart c",
    "set -- prod\ncase \"$1\" in prod) npm ci a;; *) npm ci b;; esac",
    "f() { [ \"$1\" = x ] && npm ci a || npm ci b; }\nf x\nf y",
    "while true; do npm ci a && break; exit 1; done\npm2 restart b",
    "trap 'pm2 restart c' ERR\nf() { npm ci a; return; }\nf\npm2 restart b",
    "f() { trap 'npm ci t' ERR; }\ng() { X=$(curl -sf http://localhost/a); return; }\nf\ng\npm2 restart b",
    "npm ci a || trap 'git pull t' ERR\nf() { npm ci c; return 1; }\nf\npm2 restart b",
    "set -e\nn=0\nnpm ci a\n((n++))\npm2 restart b",
    "set -e\nn=0\nnpm ci a\n((++n))\npm2 restart b",
    "set -e\nn=1\nnpm ci a\n((n--))\n((n += 2))\npm2 restart b",
    "X=a:b:prod\n[ \"${X##*:}\" = prod ] && npm ci a\n[ \"${X#*:}\" = b:prod ] && npm ci b\n[ \"${#X}\" = 8 ] && npm ci c\nA=(1 v2)\n[ \"${A[1]#v}\" = 2 ] && npm ci d\n[ \"${#A[@]}\" = 2 ] && npm ci e",
    "set -e\nssh h <<EOF\nset -e\necho $(npm ci a)\nX=\\$(npm ci b)\npm2 restart c\nEOF\npm2 save d",
    "X=$(date)\nrun() { ssh h \"$1\"; }\nrun \"npm ci a && echo $X && pm2 restart b\"\nrun 'npm ci c'",
    "npm() { command npm --silent \"$@\"; }\nnpm ci a || exit 1\npm2 restart b",
    "ssh() { command ssh -p 22 \"$@\"; }\nssh h 'npm ci a && pm2 restart b'\nssh h npm ci c",
    "set -e\nnpm ci a &\nP=$!\nwait $P\npm2 restart b",
    "npm ci a &\nwait $! || exit 1\npm2 restart b",
    "set -e\nnpm ci a & git pull c & wait\npm2 restart b",
    "npm ci a && pm2 restart b &\nwait\npm2 save c",
    "{ npm ci a; pm2 restart b; } &\nwait\npm2 save c",
    "npm ci a &\npid=$!\nif wait \"$pid\"; then pm2 restart b; else exit 1; fi",
    "npm ci a &\nA=$!\nnpm ci b &\nB=$!\nwait $A && wait $B || exit 1\npm2 restart c",
    "set -e\nnpm ci a &\nwait -n\npm2 restart b",
    "exec npm ci a\npm2 restart b",
    "set -e\nexec > >(cat)\nnpm ci a\npm2 restart b",
    "exec 2>&1\nnpm ci a\npm2 restart b",
    "npm ci a || exec npm ci c\npm2 restart b",
    "exec bash remote.sh\npm2 save c",
    "(exec npm ci a)\npm2 restart b",
    "bash -c 'exec npm ci a' || exit 1\npm2 restart b",
    "trap 'rc=$?; [ $rc -ne 0 ] && pm2 restart c' EXIT\nset -e\nnpm ci a\npm2 restart b",
    "trap 'exit 0' EXIT\nset -e\nnpm ci a\npm2 restart b",
    "trap 'pm2 restart c; exit 1' EXIT\nnpm ci a",
    "cleanup() { local rc=$?; [ $rc -eq 0 ] || pm2 restart c; exit $rc; }\ntrap cleanup EXIT\nset -e\nnpm ci a\npm2 restart b",
    "cleanup() { pm2 restart c; }\ntrap cleanup EXIT INT TERM\nset -e\nnpm ci a\ntrap - EXIT\nnpm ci d\npm2 restart b",
    "trap 'rc=$?; if [ $rc -ne 0 ]; then pm2 restart c; fi; exit $rc' EXIT\nset -e\nnpm ci a\npm2 restart b",
    "set -e\nok=\ntrap '[ -n \"$ok\" ] || pm2 restart c' EXIT\nnpm ci a\nok=1\npm2 restart b",
    "npm ci a | tee out.txt\nif [ ${PIPESTATUS[0]} -ne 0 ]; then exit 1; fi\npm2 restart b",
    "npm ci a 2>&1 | tee out.txt\n[ \"${PIPESTATUS[0]}\" -eq 0 ] || exit 1\npm2 restart b",
    "set -e\nif ! out=$(npm ci a 2>&1); then exit 1; fi\npm2 restart b",
    "npm ci a\nexit $?",
    "npm ci a; [ $? -eq 0 ] && pm2 restart b || exit 1",
    "set +e; npm ci a; rc=$?; set -e; if [ $rc -ne 0 ]; then pm2 restart c; exit $rc; fi\npm2 restart b",
    "die() { echo \"$1\" >&2; exit \"${2:-1}\"; }\nnpm ci a || die bad\nnpm ci b || die bad 0\npm2 restart c",
    "die() { exit 1; }\ntrap die ERR\nnpm ci a\npm2 restart b",
    "set -e\ntrap 'echo \"line $LINENO\"; pm2 restart c' ERR\nnpm ci a\npm2 restart b",
    "(npm ci a) || exit 1\npm2 restart b",
    "(set -e; npm ci a; git pull c) || exit 1\npm2 restart b",
    "! npm ci a && exit 1\npm2 restart b",
    "rc=0\nnpm ci a || rc=1\nnpm ci c || rc=1\nexit $rc",
    "npm ci a\ncase $? in 0) ;; *) exit 1;; esac\npm2 restart b",
    "npm ci a\nstatus=$?\nif (( status != 0 )); then exit $status; fi\npm2 restart b",
    "npm ci a\nstatus=$?\nif (( status )); then exit $status; fi\npm2 restart b",
    "npm ci a\nstatus=$?\n(( status == 0 )) || exit 1\npm2 restart b",
    "set -e\n{ npm ci a || true; } && pm2 restart b",
    "f() { npm ci a; local rc=$?; git pull c; return $rc; }\nif f; then pm2 restart b; else pm2 restart d; fi",
    "f() { npm ci a; return $?; }\nf && pm2 restart b",
    "f() { npm ci a; return; }\nf || exit 1\npm2 restart b",
    "f() { return 1; npm ci a; }\nf\npm2 restart b",
    "f() ( set -e; npm ci a; git pull c )\nf\npm2 restart b",
    "f() { (npm ci a); git pull c; }\nset -e\nf\npm2 restart b",
    "set -e\nf() { npm ci a; }\nx=$(f)\npm2 restart b",
    "set -e\nnpm ci a | cat > out.txt\npm2 restart b",
    "set -eo pipefail\nif npm ci a | cat; then pm2 restart b; else pm2 restart c; fi",
    "cat <<EOF | bash -s\nnpm ci a\npm2 restart b\nEOF\npm2 save c",
    "set -e\nbash <<'EOF'\nnpm ci a\npm2 restart b\nEOF\npm2 save c",
    "set -e\nbash -e <<'EOF'\nnpm ci a\npm2 restart b\nEOF\npm2 save c",
    "echo 'npm ci a; pm2 restart b' | bash\npm2 save c",
    "echo 'npm ci a' | ssh h\npm2 save c",
    "set -e\ncommand npm ci a\nenv X=1 npm ci c\nX=1 npm ci d\npm2 restart b",
    "time npm ci a\npm2 restart b",
    "set -e\ntime npm ci a\npm2 restart b",
    "if time npm ci a; then pm2 restart b; fi",
    "set -e\nnohup npm ci a > out.txt 2>&1 &\nwait\npm2 restart b",
    "run() { \"$@\" || { echo bad; exit 1; }; }\nrun npm ci a\nrun pm2 restart b",
    "run() { echo \"+ $*\"; \"$@\"; }\nset -e\nrun npm ci a\nrun pm2 restart b",
    "run() { if ! \"$@\"; then pm2 restart c; exit 1; fi; }\nrun npm ci a\nrun pm2 restart b",
    "set -e\nset -x\nnpm ci a\n{ set +x; } 2>/dev/null\npm2 restart b",
    "set -e\n[ -z \"\" ] && npm ci a\npm2 restart b",
    "set -e\nnpm ci a; true\npm2 restart b",
    "set -e\ntrue && npm ci a\npm2 restart b",
    "set -e\nnpm ci a && pm2 restart b; git pull c",
    "set -e\nif true; then npm ci a; fi\npm2 restart b",
    "set -e\nwhile true; do npm ci a; break; done\npm2 restart b",
    "set -e\nf() { if true; then npm ci a; fi; }\nf && git pull c\npm2 restart b",
    "set -e\nf() { npm ci a; }\nf &\nwait $!\npm2 restart b",
    "set -e\n. ./remote.sh || true\npm2 save c",
    "set -e\nsource ./remote.sh && git pull x\npm2 save c",
    "set -e\nret() { return 3; }\nret || npm ci a\nret && npm ci b || npm ci c\npm2 restart d",
    "i=0\nwhile [ $i -lt 3 ]; do npm ci a && break; i=$((i+1)); done\n[ $i -lt 3 ] || exit 1\npm2 restart b",
    "for i in 1 2 3; do npm ci a && break; [ $i -eq 3 ] && exit 1; done\npm2 restart b",
    "set -e\necho x > /dev/null && npm ci a || { pm2 restart c; false; }\npm2 restart b",
    "set -e\nX=${X:-$(npm ci a)}\npm2 restart b",
    "readonly A=1\nA=2\nnpm ci a",
    "f() { local A=1; npm ci a || return $A; pm2 restart b; }\nf || exit $?\npm2 save c",
    "A=0; f() { local A=1; }; f; [ $A = 0 ] && npm ci a || npm ci b",
    "A=0; f() { A=1; }; f; [ $A = 0 ] && npm ci a || npm ci b",
    "A=0; (A=1); [ $A = 0 ] && npm ci a || npm ci b",
    "A=0; f() { local A; A=1; g; }; g() { [ $A = 1 ] && npm ci a || npm ci b; }; f; [ $A = 0 ] && npm ci c",
    "set -e\ncat remote.sh | ssh h bash -s\npm2 save c",
    "set -e\ncat remote.sh | ssh h 'bash -se'\npm2 save c",
    "cat remote.sh | bash || exit 1\npm2 save c",
    "cat <<EOF | ssh h bash\nset -e\nnpm ci a\npm2 restart b\nEOF\npm2 save c",
    "set -eo pipefail\ncat <<'EOF' | ssh h\nset -e\nnpm ci a\npm2 restart b\nEOF\npm2 save c",
    "set -e\n{ npm ci a; git pull c; } &\nwait $!\npm2 restart b",
    "set -e\n{ npm ci a; git pull c; } &\nwait\npm2 restart b",
    "npm ci a &\npids+=($!)\nnpm ci b &\npids+=($!)\nfor p in \"${pids[@]}\"; do wait $p || exit 1; done\npm2 restart c",
    "bad=\nnpm ci a &\nP=$!\nnpm ci b &\nQ=$!\nwait $P || bad=1\nwait $Q || bad=1\n[ -z \"$bad\" ] || exit 1\npm2 restart c",
    "npm ci a | cat\nrc=${PIPESTATUS[0]}\n[ \"$rc\" = 0 ] || exit $rc\npm2 restart b",
    "f() { local x=$(npm ci a) || return 1; npm ci b; }\nf || exit 1\npm2 restart c",
    "f() { local out; out=$(npm ci a) || return 1; npm ci b; }\nf || exit 1\npm2 restart c",
    "f() { local i; for i in 1 2; do npm ci a && return 0; done; return 1; }\ni=7\nf || exit 1\n[ $i = 7 ] && pm2 restart b",
    "f() { local A=$1; if [ \"$A\" = x ]; then f y; fi; [ \"$A\" = x ] && npm ci a; [ \"$A\" = y ] && npm ci b; return 0; }\nf x\npm2 restart c",
    "A=1\nf() { local A=$A; [ $A = 1 ] && npm ci a; A=2; }\nf\n[ $A = 1 ] && npm ci b",
    "f() { declare A=1; }\nA=0\nf\n[ $A = 0 ] && npm ci b",
    "f() { declare -g A=1; }\nA=0\nf\n[ $A = 1 ] && npm ci b",
    "f() { export A=1; }\nA=0\nf\n[ $A = 1 ] && npm ci b",
    "f() { local A=1; bash -c '[ \"$A\" = 1 ] && npm ci a'; true; }\nexport A=1\nf\npm2 restart c",
    "set -e\nrun() { local rc=0; \"$@\" || rc=$?; [ $rc -eq 0 ] || exit $rc; }\nrun npm ci a\nrc=5\nrun npm ci b\n[ $rc = 5 ] && pm2 restart c",
    "(( 1 )) && npm ci a\n(( 0 )) || npm ci b\nn=2\n(( !n )) || npm ci c\n(( n )) && npm ci d",
    "exec 3>&1\nnpm ci a",
    "exec > out.txt 2>&1\nnpm ci a\npm2 restart b",
    "sudo() { \"$@\"; }\nexec bash -c 'npm ci a; npm ci b'\npm2 restart c",
    "f() { exec npm ci a; }\nf\npm2 restart b",
    "if true; then exec npm ci a; fi\npm2 restart b",
    "x=$(exec npm ci a) || exit 1\npm2 restart b",
    "set -e\nX=1; : \"${X:?unset}\"\nnpm ci a",
]

ASKED = [
    "if ask q1; then pm2 restart a; else pm2 start b; fi\npm2 save c",
    "if ask q1 | cat -; ask q2 | ask q3; then pm2 restart a; else pm2 start b; fi",
    "ask q1 | ask q2 && pm2 restart a || pm2 start b",
    "if (ask q1); then pm2 restart a; else pm2 start b; fi",
    "if { npm ci c; ask q1; }; then pm2 restart a; else pm2 start b; fi",
    "f() { ask q1; }\nif f; then pm2 restart a; else pm2 start b; fi\npm2 save c",
    "f() { if ask q1; then return 0; fi; npm ci c; return 1; }\nif f; then pm2 restart a; else pm2 start b; fi",
    "f() { ask q1 && return 1; ask q2 || return 2; npm ci c; }\nf && pm2 restart a\npm2 save b",
    "f() { if ask q1; then ask q2; else npm ci c; fi; }\nf || exit 1\npm2 restart a",
    "set -e\nf() { npm ci a; ask q1 || return 1; }\nf\npm2 restart b",
    "if ssh h 'ask q1'; then pm2 restart a; else pm2 start b; fi",
    "if ssh h 'cd . && ask q1'; then pm2 restart a; else pm2 start b; fi",
    "ssh h \"bash -c 'ask q1'\" || exit 1\npm2 restart a",
    "set -e\nssh h 'ask q1 && npm ci a'\npm2 restart b",
    "set -e\nssh h 'if ask q1; then npm ci a; else exit 3; fi'\npm2 restart b",
    "if eval 'ask q1'; then pm2 restart a; else pm2 start b; fi",
    "for i in 1 2; do ask q1 || continue; npm ci a; done\npm2 restart b",
    "for i in 1 2; do if ask q1; then npm ci a; break; fi; done\npm2 restart b",
    "f() { for i in q1 q2; do ask $i && return 0; npm ci a; done; return 1; }\nif f; then pm2 restart b; else pm2 start c; fi",
    "ask q1\nif [ $? -eq 0 ]; then pm2 restart a; else pm2 start b; fi",
    "f() { ask q1 | cat; ask q2 | ask q3\nreturn $?; }\nif ! f; then pm2 start b; exit 1; fi\npm2 restart a",
    "f() { npm ci c; ask q1; return; }\nf && pm2 restart a || pm2 start b",
    "ask q1\nrc=$?\necho done\n[ $rc -eq 0 ] || exit 1\npm2 restart a",
    "f() { ask q1; }\nf; rc=$?; if [ $rc -ne 0 ]; then pm2 start b; else pm2 restart a; fi",
    "case \"$(ask q1 && echo x)\" in x) pm2 restart a;; *) pm2 start b;; esac",
    "ask q1 || exit 1\nnpm ci a\nask q2 && exit 0\npm2 restart b",
    "trap 'pm2 save t' EXIT\nask q1 || exit 1\npm2 restart b",
]

FOLDERS = [
    "mkdir -p x\nssh h <<EOF\ncd x\necho $(npm ci a) \\$(npm ci b)\npm2 restart c\nEOF",
    "D=${1:-x}\nmkdir -p $D\ncd $D || exit 1\nnpm ci a\ncd ..\npm2 restart b",
    "mkdir -p x\ncd x\nif ask q1; then npm ci a; fi\npm2 restart b",
    "mkdir -p x/y\ncd x\nif ask q1; then cd y; npm ci a; cd ..; fi\npm2 restart b",
    "mkdir -p x\nssh h <<'EOF'\ncd x\nif ask q1; then npm ci a; fi\nEOF\npm2 restart b",
    "mkdir -p x\ncd x && npm ci a && cd ..\npm2 restart b",
    "mkdir -p x\n(cd x; npm ci a)\npm2 restart b",
    "mkdir -p x\nf() { cd x || exit 1; npm ci a; }\nf\npm2 restart b",
    "mkdir -p x\npushd x\nnpm ci a\nbash -c 'npm ci b'",
    "mkdir -p x\nD=$(cd x && pwd)\nnpm ci a\ncd \"$D/..\"\nnpm ci b",
]

LIBRARY = {
    "remote.sh": "npm ci r1\npm2 restart r2\n",
    "strict.sh": "#!/bin/bash -e\nnpm ci t1\npm2 restart t2\n",
    "lib.sh": "build() {\n  npm ci l1\n  git pull l2\n}\n",
}


class Made:
    """A script made up from a seed; each of its commands has a name of its own."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._count = 0
        self.files: dict[str, str] = {}
        start = self._one("", "set -e\n", "set -euo pipefail\n")
        self.files["deploy.sh"] = f"export V=\n{start}{self._several(3)}\n{self._several(2)}\n"

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _name(self) -> str:
        self._count += 1
        return f"s{self._count}"

    def _asks(self) -> str:
        return f"curl -s{self._one('', 'f')} http://localhost/{self._name()}"

    def _command(self) -> str:
        return self._one(f"npm ci {self._name()}", f"pm2 restart {self._name()}", f"git pull {self._name()}", self._asks())

    def _condition(self) -> str:
        c = self._command
        return self._one(c(), f"! {c()}", f"{c()} && {c()}", f"{c()} || {c()}", '[ "$V" = 200 ]', "[[ $V != 200 ]]", "false", f"{{ {c()}; }}", f"({c()})")

    def _several(self, depth: int, *, inside: bool = False) -> str:
        return "\n".join(self._statement(depth, inside=inside) for _ in range(self._random.randint(1, 3)))

    def _statement(self, depth: int, *, inside: bool) -> str:
        c = self._command
        if depth <= 0 or self._random.random() < 0.2:
            return c()
        d, kind = depth - 1, self._random.randrange(20)
        match kind:
            case 0 | 1:
                return f"{c()} {self._one('&&', '||')} {self._one(c(), 'true', 'exit 1', 'exit 0', 'echo x', 'false', '{ ' + c() + '; exit 1; }')}"
            case 2:
                return f"{c()} && {c()} || {c()}"
            case 3 | 4 | 5:
                other = self._one("", f"elif {self._condition()}; then\n{self._several(d)}\n") + self._one("", f"else\n{self._several(d)}\n")
                return f"if {self._condition()}; then\n{self._several(d, inside=inside)}\n{other}fi"
            case 6:
                return f"V=$({self._asks()})"
            case 7:
                return f"for i in 1 2 3; do\n{self._several(d)}\n{c()} && break\ndone"
            case 8:
                return f"n=0\nuntil {c()}; do\nn=$((n+1))\n[ $n -ge 3 ] && {self._one('exit 1', 'break')}\nsleep 1\ndone"
            case 9:
                return self._one(f"(\n{self._several(d)}\n)", f"{{\n{self._several(d)}\n}}")
            case 10 | 11:
                name = f"f{self._name()}"
                before = self._one("", f"local x=$({c()})\n")
                after = self._one("", "", "\nreturn 1", "\nreturn 0", "\nreturn")
                call = self._one(name, f"{name} || true", f"{name} || exit 1", f"if {name}; then {c()}; fi", f"{name} && {c()}")
                return f"{name}() {{\n{before}{self._several(d, inside=True)}{after}\n}}\n{call}"
            case 12:
                return self._one("ssh h '", "ssh -t h '", "bash -c '", "bash -ec '") + "V=\n" + self._several(min(d, 1)).replace("'", '"') + "'"
            case 13:
                tag = f"EOF_{self._name()}"
                return f"ssh h <<'{tag}'\nV=\n{self._one('', 'set -e' + chr(10))}{self._several(d)}\n{tag}"
            case 14:
                return self._one(f"{c()} | cat", f"npm ci {self._name()} | {c()}", f"{self._asks()} | grep -q 200")
            case 15:
                return self._one("set -e", "set +e", "set -o pipefail", "set -eo pipefail")
            case 16:
                return f"{c()}\nif [ $? -ne 0 ]; then\n{self._several(d)}\nfi"
            case 17:
                return self._one(f"trap '{c()}' ERR", f"trap '{c()}; exit 1' ERR", f"trap '{c()}' EXIT")
            case 18:
                file = f"{self._name()}.sh"
                self.files[file] = self._one("#!/bin/bash\n", "#!/bin/bash -e\n") + self._several(d)
                return self._one(f"source ./{file}", f"bash {file}", f"./{file}")
        return self._one(
            f'case "$V" in\n200) {c()} ;;\n500|"") {c()};;\n*) {c()}\nesac', f"rc=0\n{c()} || rc=$?\n[ $rc -eq 0 ] || exit $rc", "return 1" if inside else "exit", "false"
        )
