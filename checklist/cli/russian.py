"""The words of `--help` in Russian: of each command by its name, of each option by its English words."""

from __future__ import annotations

from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "onai-check": """
Проверяет до деплоя всё, из чего он состоит, у сервиса на Node.js под PM2.

`onai-check PATH` — то же, что `onai-check check PATH`. Код завершения: 0 — шлюз открыт, 1 — закрыт, 2 — проверить не
удалось или нечего, 3 — ошибка в самом onai-check, 130 — прервано.
""",
    "check": "Проверяет проект в PATH по правилам и закрывает или открывает шлюз.",
    "report": "Пишет DEPLOY_CHECKLIST.md для проекта в PATH: что решили правила и что осталось сделать.",
    "init": """
Смотрит на проект в PATH и предлагает то, чего в нём нет: onai-check.yaml, хук pre-commit, скрипты деплоя, отката и
smoke-теста, workflow, .env.example, документы. Показывает diff; пишет только с --write.
""",
    "show": """
Показывает, что видят в FILE правила: документы, где секреты скрыты, а неизвестное названо.

Проект — ближайшая папка выше с onai-check.yaml или .git, иначе папка самого FILE.
""",
    "plan": """
Печатает по шагам каждый путь, которым может пойти деплой проекта в PATH.

Скрипты, задачи CI, хуки и секция `deploy` прослеживаются через вложенные скрипты, функции, команды ssh и here-документы.
У каждого шага сказано, где он выполняется и что станет с деплоем, если шаг не удастся.
""",
    "simulate": """
Показывает, что PM2 делает с приложением, которое падает, прожив столько-то, и когда он не сдаётся никогда.

С PATH или --app берутся приложения проекта, а заданные параметры заменяют их собственные. Если есть только --lifetime,
проект не читается: параметры ложатся поверх умолчаний PM2.
""",
    "rules": "Печатает список правил, по которым проверяется проект в PATH.",
    "explain": "Объясняет, зачем нужно правило RULE и что делать, и показывает примеры.",
    "test-rules": """
Проверяет каждый файл правил в DIR и прогоняет его примеры; код 1, если хоть один вышел не так, как в нём сказано.
""",
    "config": "Печатает конфиг, который действует для PATH, со всеми умолчаниями.",
}

LISTED: Mapping[str, str] = {
    "check": "проверить проект по правилам и закрыть или открыть шлюз (команда по умолчанию)",
    "report": "записать DEPLOY_CHECKLIST.md",
    "init": "предложить конфиг, хуки, скрипты деплоя и workflow; записать их с --write",
    "show": "что видят в файле правила",
    "plan": "деплой по шагам, как он пойдёт",
    "simulate": "что PM2 делает с падающим приложением и когда он не сдаётся никогда",
    "rules": "список правил",
    "explain": "зачем нужно правило, как исправить, примеры",
    "test-rules": "прогнать примеры правил из папки",
    "config": "действующий конфиг или его JSON Schema",
}

OPTIONS: Mapping[str, str] = {
    "Show this message and exit.": "Показать эту справку и выйти.",
    "Show the version and exit.": "Показать версию и выйти.",
    "Use this onai-check.yaml.": "Взять этот onai-check.yaml.",
    "Language of what people read.": "Язык того, что читают люди.",
    "Colours in the terminal.": "Цвета в терминале.",
    "Evaluate configs with process.env from this env file; what it lacks is unset.": "Вычислять конфиги с process.env из этого env-файла; чего в нём нет, то не задано.",
    "How to write the report.": "Формат отчёта.",
    "Write the report into a file as well (- is stdout); repeatable.": "Записать отчёт ещё и в файл (- это stdout); можно указать несколько раз.",
    "Close the gate at findings of this priority or higher.": "С какого приоритета замечания закрывают шлюз.",
    "Hold only these rules (an id, or a prefix such as pm2/); repeatable.": "Только эти правила (id или начало, например pm2/); можно указать несколько раз.",
    "Leave out these rules; repeatable.": "Без этих правил; можно указать несколько раз.",
    "A file to work with, or a page to look at and print (PATH/DEPLOY_CHECKLIST.html).": "Файл, с которым работают, или страница, чтобы смотреть и печатать (PATH/DEPLOY_CHECKLIST.html).",
    "Where to write it: a file (else PATH/DEPLOY_CHECKLIST.md), or - for stdout.": "Куда записать: файл (иначе PATH/DEPLOY_CHECKLIST.md) или - для stdout.",
    "Overwrite a file that onai-check has not written.": "Заменить файл, даже если его написал не onai-check.",
    "Write nothing; exit 1 if the file is not what would be written.": "Ничего не писать; код 1, если файл не такой, каким был бы записан.",
    "Exit 1 while an item of this part (local, server, after) is open or failed; repeatable.": "Код 1, пока в этой части (local, server, after) есть невыполненные пункты; можно указать несколько раз.",
    "Write also the record of this deploy: the checklist with commit, branch, time and who (- is stdout).": "Записать ещё и протокол этого деплоя: чек-лист с коммитом, веткой, временем и автором (- это stdout).",
    "The priority that the gate is said to be at.": "Приоритет, с которого шлюз в отчёте считается закрытым.",
    "Write what is proposed. Files that exist are never overwritten.": "Записать то, что предложено. Существующие файлы не перезаписываются никогда.",
    "Ask for what cannot be seen: health URL, folder on the server, monitor.": "Спросить о том, чего не видно: health URL, папка на сервере, мониторинг.",
    "The folder on the server that holds the releases (else /srv/APP).": "Папка с релизами на сервере (иначе /srv/APP).",
    "To read, or the contract of docs/formats.md.": "Для чтения или контракт из docs/formats.md.",
    "To read, the contract of docs/formats.md, or a diagram.": "Для чтения, контракт из docs/formats.md или диаграмма.",
    "To read, or for programs.": "Для чтения или для программ.",
    "A picture to read, or numbers.": "Картинка для чтения или числа.",
    "Only this app of the project.": "Только это приложение проекта.",
    "How long the app lives before each crash (default 2s).": "Сколько приложение живёт до каждого падения (по умолчанию 2s).",
    "How long it lived the first time, before the crashes began.": "Сколько оно прожило в первый раз, до начала падений.",
    "How long to look (default 3h).": "За какое время смотреть (по умолчанию 3h).",
    "The app's max_restarts (PM2's default: 16).": "max_restarts приложения (у PM2 по умолчанию 16).",
    "The app's min_uptime (PM2's default: 1s).": "min_uptime приложения (у PM2 по умолчанию 1s).",
    "The app's restart_delay: the wait before each restart.": "restart_delay приложения: пауза перед каждым перезапуском.",
    "The app's exp_backoff_restart_delay: the first wait, half as long again each time, 15s at most.": "exp_backoff_restart_delay приложения: первая пауза; каждая следующая в полтора раза длиннее, но не больше 15s.",
    "The project whose config applies.": "Проект, чей конфиг действует.",
    "Print the JSON Schema of onai-check.yaml.": "Напечатать JSON Schema для onai-check.yaml.",
}  # fmt: skip
