#!/usr/bin/env bash
{en}# Is the service well? It answers 200, and PM2 is not restarting it meanwhile: a crash loop answers now and then as well.
{ru}# Жив ли сервис? Он отвечает 200, и PM2 за это время его не перезапускает: в цикле падений ответ иногда тоже проскакивает.
#
{en}# usage: scripts/smoke-test.sh           exit status 0: it is well
{ru}# запуск: scripts/smoke-test.sh          код 0 — сервис жив
set -euo pipefail

apps=(@apps@)

{en}# "online 4": what PM2 says of the processes, and how often it has restarted them
{ru}# "online 4": что PM2 говорит о процессах и сколько раз он их перезапускал
state() {
  pm2 -s jlist | node -e '
    const told = require("fs").readFileSync(0, "utf8").split("\n").find((line) => /^\[[{\]]/.test(line)) || "[]"
    const names = process.argv.slice(1)
    const found = JSON.parse(told).filter((one) => names.includes(one.name))
    const missing = names.some((name) => !found.some((one) => one.name === name))
    const down = found.find((one) => one.pm2_env.status !== "online" || !one.pid)
    const restarts = found.reduce((sum, one) => sum + one.pm2_env.restart_time, 0)
    console.log(missing ? "missing" : down ? (down.pid ? down.pm2_env.status : "down") : "online", restarts)
  ' "${apps[@]}"
}

before=$(state)
code=
for try in 1 2 3 4 5 6; do
  code=$(curl -s -o /dev/null -w '%{http_code}' --max-time 5 @health_url@ || true)
  if [ "$code" = 200 ] || [ "$try" = 6 ]; then
    break
  fi
  sleep 5
done
if [ "$code" != 200 ]; then
{en}  echo "the health check answers $code, not 200; PM2 says: $(state)" >&2
{ru}  echo "проверка здоровья отвечает $code, а не 200; PM2 говорит: $(state)" >&2
  exit 1
fi

sleep 5
after=$(state)
if [ "${after% *}" != online ] || [ "${after#* }" != "${before#* }" ]; then
{en}  echo "PM2 is restarting it: $before, then $after" >&2
{ru}  echo "PM2 его перезапускает: было $before, стало $after" >&2
  exit 1
fi
