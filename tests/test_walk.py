"""The incident mended one finding after the other, each as `explain` says: what goes, what comes, and nothing else changes."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.test_examples import INCIDENT, said_by

SCRIPT, PACKS, WORKFLOW = "scripts/deploy-backend.sh", "deploy-backend-final.sh", ".github/workflows/deploy.yml"
BACK = "#!/bin/bash\nset -euo pipefail\ncd /var/www/shop-api\ngit reset --hard \"$1\"\nnpm ci\npm2 restart shop-api\nsleep 10\ncurl -sf http://localhost:3000/health || exit 1\n"

# (file, what is replaced, by what, what goes, what comes); `?` before what is open
STEPS = [
    (SCRIPT, "cd /var", "set -euo pipefail\ncd /var", ["deploy/goes-on-after-failure"], []),
    (SCRIPT, "npm run build\n", "", ["deploy/build-step"], []),
    (SCRIPT, "tar -czf dist.tar.gz dist/\n", "", ["deploy/archives-build-output"], []),
    (SCRIPT, "pm2 restart", "rm -rf dist dist.tar.gz\npm2 restart", ["deploy/no-clean-step"], []),
    (SCRIPT, "pm2 restart", "[ ! -e dist ] || { echo 'dist/ is there' >&2; exit 1; }\npm2 restart", ["deploy/no-build-output-guard"], []),
    (SCRIPT, 'curl -s http://localhost:3000/health && echo "ok" || echo "warning: health check failed"', "curl -sf http://localhost:3000/health || exit 1", ["deploy/smoke-test-cannot-fail"], []),
    # a call of a script that is not there yet is no way back
    (SCRIPT, "|| exit 1\npm2", "|| { scripts/rollback.sh \"$before\"; exit 1; }\npm2", ["deploy/no-rollback-on-failure", "rollback/no-script"], ["?deploy/no-rollback-on-failure", "?rollback/no-script"]),
    ("scripts/rollback.sh", "", BACK, ["?deploy/no-rollback-on-failure", "?rollback/no-script"], ["?rollback/not-executable"]),
    (SCRIPT, "cd /var", "undo() { scripts/rollback.sh \"$before\"; }\ntrap undo ERR\ncd /var", [], []),
    (WORKFLOW, "npm run lint || true", "npm run lint", ["ci/masked-failure"], []),
    (WORKFLOW, "npm test || true", "npm test", ["ci/masked-failure", "ci/deploy-without-tests"], []),
    (WORKFLOW, "jobs:", "concurrency: deploy\njobs:", ["ci/no-concurrency"], []),
    (WORKFLOW, "@master", "@2ead5e36573f08b82fbfce1504f1a4b05a647c6f", ["ci/unpinned-action"], []),
    (PACKS, "npm run build\n", "", ["deploy/build-step"], []),
    (PACKS, "tar -czf dist.tar.gz dist/\n", "", ["deploy/archives-build-output"], []),
    (PACKS, 'scp dist.tar.gz "$SERVER:$APP_DIR/"\n', "", ["deploy/archives-build-output"], []),
    (PACKS, "'REMOTE'\n", "'REMOTE'\nset -e\n", ["deploy/goes-on-after-failure"], []),
]


def verdicts(folder: Path) -> list[str]:
    said = said_by("check", str(folder), "--lang", "en")
    return [f["rule"] for f in said["findings"]] + [f"?{f['rule']}" for f in said["open"]]


def test_a_mended_finding_goes_and_no_other_verdict_changes(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(INCIDENT, folder)
    before = verdicts(folder)
    for file, old, new, goes, comes in STEPS:
        path = folder / file
        text = path.read_text("utf-8") if path.exists() else ""
        assert old in text
        path.write_text(text.replace(old, new) if old else new, "utf-8")
        after = verdicts(folder)
        left, found = list(before), []
        for rule in after:
            left.remove(rule) if rule in left else found.append(rule)
        assert (sorted(left), sorted(found)) == (sorted(goes), sorted(comes)), f"{file}: {new}"
        before = after
