#!/usr/bin/env bash
# Deploys a commit on the server: a new release, the link, the restart, the proof. A release that fails it is rolled back.
# usage: scripts/deploy.sh [COMMIT]
set -euo pipefail

root=/srv/shop-api
commit=${1:-origin/main}
release=$root/releases/$(date -u +%Y%m%dT%H%M%SZ)

git -C "$root/repo" fetch --prune origin
git -C "$root/repo" worktree add --detach "$release" "$commit"
cd "$release"
npm ci --omit=dev
ln -s "$root/shared/env.env" env.env

# The service runs from its sources: build output beside them is what took it down once
rm -rf dist dist.tar.gz
if [ -e dist ]; then
  echo "dist/ is still there" >&2
  exit 1
fi

ln -sfn "$release" "$root/current"
pm2 startOrRestart "$root/current/ecosystem.config.js"
sleep 10

if ! curl -sf --max-time 5 http://localhost:3000/health; then
  echo "the new release does not answer: rolling back" >&2
  "$release/scripts/rollback.sh"
  exit 1
fi

pm2 save

# Five releases are enough to go back to; names in the order of time, as in rollback.sh
find "$root/releases" -mindepth 1 -maxdepth 1 -type d | LC_ALL=C sort | head -n -5 | xargs -r rm -rf
git -C "$root/repo" worktree prune
