#!/usr/bin/env bash
{en}# Deploys a commit on the server: a new release beside the old ones, the link, the restart, the proof. A release that
{en}# fails the proof is rolled back, and the deploy has failed.
{ru}# Выкатывает коммит на сервере: новый релиз рядом со старыми, ссылка, перезапуск, проверка. Релиз, который её не
{ru}# прошёл, откатывается, а деплой считается неудачным.
#
{en}# usage: scripts/deploy.sh [COMMIT]      (without one: what is on @branch@)
{ru}# запуск: scripts/deploy.sh [КОММИТ]     (без него — то, что сейчас в @branch@)
set -euo pipefail
export LC_ALL=C

root=@root@
apps=(@apps@)
commit=${1:-origin/@branch@}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

{en}# Two deploys at once would prove each other's release. PM2 must not inherit the lock (9>&-): its daemon never ends.
{ru}# Два деплоя сразу проверяли бы релизы друг друга. PM2 не должен унаследовать замок (9>&-): его демон не завершается.
exec 9> "$root/deploy.lock"
if ! flock -n 9; then
{en}  echo "another deploy or rollback is running" >&2
{ru}  echo "уже идёт другой деплой или откат" >&2
  exit 1
fi

release=$root/releases/$(date -u +%Y%m%dT%H%M%SZ)
previous=$(readlink -f "$root/current" || true)

git -C "$root/repo" fetch --prune origin
git -C "$root/repo" worktree add --detach "$release" "$commit"
cd "$release@below@"
@install@
{env}if [ ! -f "$root/shared/@env_file@" ]; then
{env,en}  echo "$root/shared/@env_file@ is missing; .env.example names its keys" >&2
{env,ru}  echo "нет $root/shared/@env_file@; его ключи перечислены в .env.example" >&2
{env}  exit 1
{env}fi
{env}ln -sfn "$root/shared/@env_file@" @env_file@

{source,en}# The service runs from its sources: build output beside them is what took it down once
{source,ru}# Сервис работает из исходников: именно собранный код рядом с ними однажды его и уронил
{source}rm -rf @build_dirs@ dist.tar.gz
{source}for output in @build_dirs@; do
{source}  if [ -e "$output" ]; then
{source,en}    echo "$output is still there" >&2
{source,ru}    echo "$output всё ещё на месте" >&2
{source}    exit 1
{source}  fi
{source}done
{build,en}# The service runs from what is built here, from clean; what is not there must not be started
{build,ru}# Сервис работает из того, что собирается здесь с чистого листа; чего нет, то и запускать нельзя
{build}rm -rf @build_dirs@
{build}@build@
{build}if [ ! -e @entry@ ]; then
{build,en}  echo "the build has not made @entry@" >&2
{build,ru}  echo "сборка не создала @entry@" >&2
{build}  exit 1
{build}fi

{en}# The link is replaced in one step: there is no moment without it
{ru}# Ссылка заменяется одним действием: нет мгновения, когда её нет
ln -sfn "$release" "$root/current.new"
mv -fT "$root/current.new" "$root/current"
cd "$root/current@below@"

{en}# PM2 keeps the folder that it first started an app in; one that it knows from elsewhere would go on running old code
{ru}# PM2 помнит папку, из которой впервые запустил приложение; запущенное из другой так и крутило бы старый код
for app in "${apps[@]}"; do
  known=$(pm2 -s jlist 9>&- | node -e '
    const told = require("fs").readFileSync(0, "utf8").split("\n").find((line) => /^\[[{\]]/.test(line)) || "[]"
    const found = JSON.parse(told).find((one) => one.name === process.argv[1])
    if (found) console.log(found.pm2_env.pm_cwd)
  ' "$app")
  if [ -n "$known" ] && [ "$known" != "$root/current@below@" ]; then
    pm2 delete "$app" 9>&-
  fi
done

prove() {
  pm2 startOrRestart @config@ 9>&- && sleep 10 && "$here/smoke-test.sh" 9>&-
}
if ! prove; then
{en}  echo "the new release is not well: rolling back" >&2
{ru}  echo "новый релиз нездоров: откатываем" >&2
  DEPLOY_LOCKED=yes "$here/rollback.sh" 9>&-
  exit 1
fi
touch "$release/.good"
pm2 save 9>&-

{en}# Five releases are kept, and never fewer than this one and the one before
{ru}# Остаются пять релизов, и всегда — этот и предыдущий
releases=("$root"/releases/*)
for ((i = 0; i < ${#releases[@]} - 5; i++)); do
  old=${releases[i]}
  if [ "$old" != "$release" ] && [ "${old##*/}" != "${previous##*/}" ]; then
    git -C "$root/repo" worktree remove --force "$old" || rm -rf "$old"
  fi
done
{en}echo "deployed ${release##*/}"
{ru}echo "выкачен ${release##*/}"
