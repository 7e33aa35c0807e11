#!/usr/bin/env bash
# Back to the release before the one in use. Releases are named by their time and a bad one is marked, so that a second
# rollback goes one further back and no later one comes to a release that was bad.
set -euo pipefail
export LC_ALL=C # the order of names is the order of time

root=/srv/shop-api
bad=$(readlink -f "$root/current")

previous=
for release in "$root"/releases/*; do
  if [[ $release < $bad && ! -e $release/.bad ]]; then
    previous=$release
  fi
done
if [ -z "$previous" ]; then
  echo "there is no earlier release to go back to" >&2
  exit 1
fi

touch "$bad/.bad"
ln -sfn "$previous" "$root/current"
pm2 startOrRestart "$root/current/ecosystem.config.js"
sleep 10

if ! curl -sf --max-time 5 http://localhost:3000/health; then
  echo "the previous release does not answer either: see docs/incident-response.md" >&2
  exit 1
fi

pm2 save
echo "rolled back to ${previous##*/}"
