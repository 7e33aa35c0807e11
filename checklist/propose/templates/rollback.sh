#!/usr/bin/env bash
{en}# Back to the last good release before the one in use. Releases are named by their time; only one that has proved itself is
{en}# gone back to, and the one that is left is marked as bad. So a second rollback goes one further back, not to and fro.
{ru}# Назад, к последнему хорошему релизу перед текущим. Имена релизов — время их создания; возвращаемся только к тем, что
{ru}# прошли проверку, а покинутый помечаем плохим. Поэтому второй откат уходит на шаг дальше, а не туда-сюда.
#
{en}# usage: scripts/rollback.sh
{ru}# запуск: scripts/rollback.sh
set -euo pipefail
{en}export LC_ALL=C # the order of names is the order of time
{ru}export LC_ALL=C # порядок имён — это порядок во времени

root=@root@
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

{en}# a deploy that calls this has the lock already
{ru}# у деплоя, который вызвал откат, замок уже есть
if [ "${DEPLOY_LOCKED:-no}" = no ]; then
  exec 9> "$root/deploy.lock"
  if ! flock -w 60 9; then
{en}    echo "another deploy or rollback is running" >&2
{ru}    echo "уже идёт другой деплой или откат" >&2
    exit 1
  fi
fi

bad=$(readlink -f "$root/current")
previous=
for release in "$root"/releases/*; do
  if [[ ${release##*/} < ${bad##*/} && -e $release/.good && ! -e $release/.bad ]]; then
    previous=$release
  fi
done
if [ -z "$previous" ]; then
{en}  echo "there is no good release before ${bad##*/}: see docs/incident-response.md" >&2
{ru}  echo "до ${bad##*/} хороших релизов нет: см. docs/incident-response.md" >&2
  exit 1
fi

touch "$bad/.bad"
ln -sfn "$previous" "$root/current.new"
mv -fT "$root/current.new" "$root/current"
cd "$root/current@below@"
pm2 startOrRestart @config@ 9>&-
sleep 10
if ! "$here/smoke-test.sh" 9>&-; then
{en}  echo "${previous##*/} is not well either: see docs/incident-response.md" >&2
{ru}  echo "${previous##*/} тоже нездоров: см. docs/incident-response.md" >&2
  exit 1
fi
pm2 save 9>&-
{en}echo "rolled back to ${previous##*/}"
{ru}echo "откатились на ${previous##*/}"
