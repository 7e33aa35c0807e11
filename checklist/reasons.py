"""Why a value is not known, in Russian. Parsers and facts say it in English, since `show` and JSON are read by programs."""

from __future__ import annotations

import re
from functools import cache

_PHRASES = {
    # where a value comes from
    "it depends on a condition": "зависит от условия",
    "it is set under a condition": "задаётся при условии",
    "it is set outside": "задаётся снаружи",
    "set in the env file": "задано в env-файле",
    "another variable or tool fills it in": "подставляется другой переменной или инструментом",
    "dotenv reads a file": "dotenv читает файл",
    "no script is given": "script не указан",
    "no package.json is seen": "package.json не видно",
    "it may be missing": "может отсутствовать",
    "it refers to itself": "ссылается само на себя",
    "it has too many possible values": "слишком много возможных значений",
    "it is made of something that is not known": "составлено из неизвестного",
    "it is a path that is not known": "путь неизвестен",
    "it is called by code that is not seen": "вызывается кодом, которого не видно",
    "it may throw": "может бросить исключение",
    "it throws when it is loaded": "бросает исключение при загрузке",
    "it changes in a loop whose end is not known": "меняется в цикле, конец которого неизвестен",
    "its type is not known here": "тип неизвестен",
    "not known": "неизвестно",
    "not known here": "отсюда не видно",
    "not evaluated": "не вычисляется",
    "too complex to know": "слишком сложно, чтобы узнать",
    # files
    "the env file is on the server: git ignores it": "env-файл лежит на сервере, git его игнорирует",
    "an env file cannot be understood": "env-файл не разобрать",
    "the file cannot be understood": "файл не разобрать",
    "git is not installed": "git не установлен",
    "git did not answer": "git не ответил",
    "git cannot read the index": "git не смог прочитать индекс",
    "git does not trust this folder, see safe.directory": "git не доверяет этой папке, см. safe.directory",
    "the file in the index is not at hand": "файла из индекса нет на диске",
    "bash takes scripts that this grammar trips over": "bash понимает скрипты, на которых спотыкается наша грамматика",
    "the PM2 config may hold more variables than are seen here": "в конфиге PM2 может быть больше переменных, чем видно",
    "there may be more apps than are seen here": "приложений может быть больше, чем видно",
    "the app may get more options from elsewhere": "приложение может получать опции из другого места",
    "a restart option is not known here": "одна из опций перезапуска неизвестна",
    "what it runs in the end is not seen here": "не видно, что в итоге запускается",
    "the folder in which pm2 is called": "папка, из которой вызывают pm2",
    # JavaScript
    "the array may hold more": "в массиве может быть больше элементов",
    "the arguments are not known": "аргументы неизвестны",
    "the clock is not known": "время неизвестно",
    "the module is not here": "модуля здесь нет",
    "a module outside the project is not read": "модуль вне проекта не читается",
    "a module that is not evaluated": "модуль не вычисляется",
    "an ES module that is required": "ES-модуль, загруженный через require",
    "an ES module that is imported": "импортированный ES-модуль",
    "a cycle": "цикл",
    "a function or class is exported": "экспортируется функция или класс",
    "a class is not evaluated": "классы не вычисляются",
    "an instance of a class is not evaluated": "экземпляры классов не вычисляются",
    "a getter is not evaluated": "геттеры не вычисляются",
    "a regular expression": "регулярное выражение",
    "a getter may change it": "его может изменить геттер",
    "a setter may change it": "его может изменить сеттер",
    "a folder with its own package.json": "папка со своим package.json",
    "a key is set that is not known": "задаётся ключ, который неизвестен",
    "a property is defined that is not evaluated": "определяется свойство, которое не вычисляется",
    "a tagged template is not evaluated": "шаблоны с тегом не вычисляются",
    "an element is deleted": "удаляется элемент",
    "an element is set that is not known": "задаётся элемент, который неизвестен",
    "an element of `arguments`": "элемент `arguments`",
    "an instance of it may change it": "его может изменить экземпляр класса",
    "built-in code may call it": "его может вызвать встроенный код",
    "code that is not seen may change it": "его может изменить код, которого не видно",
    "dotenv may override it": "его может переопределить dotenv",
    "it becomes a text that is not known": "становится текстом, который неизвестен",
    "it gets keys that are not known": "получает ключи, которые неизвестны",
    "it gets what a getter gives": "получает то, что даст геттер",
    "it has accessors": "в нём есть геттеры или сеттеры",
    "it is called with arguments that are not known": "вызывается с неизвестными аргументами",
    "it is changed in a way that is not known": "меняется неизвестным образом",
    "it is changed under a condition": "меняется при условии",
    "it is given to a call whose arguments are not known": "передаётся в вызов с неизвестными аргументами",
    "it is kept secret": "значение секретно",
    "it is yielded": "отдаётся через yield",
    "it may be changed by code that is not seen here": "его может изменить код, которого здесь не видно",
    "it may be frozen": "может быть заморожен",
    "its order is not known": "порядок неизвестен",
    "its prototype is not followed": "его прототип не отслеживается",
    "its prototype is set": "ему задают прототип",
    "which key is taken out is not known": "неизвестно, какой ключ изымается",
    "what Node knows of a module is not evaluated": "сведения Node о модуле не вычисляются",
    "what all such values share is not known": "неизвестно, что общего у таких значений",
    "what is yielded is not known": "неизвестно, что отдаёт yield",
    "`this` is the global object": "`this` — глобальный объект",
    "`this` is not known": "`this` неизвестен",
    "the global object is not evaluated": "глобальный объект не вычисляется",
    "symbols are not evaluated": "символы не вычисляются",
    "`this` is not known here": "`this` здесь неизвестен",
    "JSON.parse throws": "JSON.parse бросает исключение",
    "JSON.stringify with such arguments is not evaluated": "JSON.stringify с такими аргументами не вычисляется",
    "Math.random differs each time": "Math.random каждый раз даёт другое",
    "parseInt of a hexadecimal number is not evaluated": "parseInt шестнадцатеричного числа не вычисляется",
    "parseInt with another base is not evaluated": "parseInt с другим основанием не вычисляется",
    "require.resolve reads the disk": "require.resolve читает диск",
    "what a promise gives is not known": "неизвестно, что даст промис",
    "what an async function or a generator gives is not known": "неизвестно, что даст async-функция или генератор",
    "what is awaited is not known": "неизвестно, чего ждёт await",
    "what is caught is not known": "неизвестно, что поймает catch",
    "what the loop goes over is not known": "неизвестно, что перебирает цикл",
    "whether the key is there is not known": "неизвестно, есть ли ключ",
    "which element it is is not known": "неизвестно, какой это элемент",
    "which key is read is not known": "неизвестно, какой ключ читается",
    "which module it is is not known": "неизвестно, какой это модуль",
}

# With a name in them. The last one takes every kind of thing that the evaluator leaves alone.
_PATTERNS = {
    r"process\.env\.(.+) is set outside": r"process.env.\1 задаётся снаружи",
    r"process\.(.+) differs by machine": r"process.\1 зависит от машины",
    r"the module (.+) is not evaluated": r"модуль \1 не вычисляется",
    r"a function's \.(.+) is not known": r"неизвестно поле .\1 функции",
    r"(.+) may set it": r"может задаваться в \1",
    r"(.+) is not known here": r"\1 здесь неизвестно",
    r"(?:an? )?(.+) is not evaluated": r"\1 не вычисляется",
}


@cache
def in_russian(why: str) -> str:
    """The reason in Russian; as it is where nobody has translated it."""
    if why in _PHRASES:
        return _PHRASES[why]
    for pattern, told in _PATTERNS.items():
        if found := re.fullmatch(pattern, why):
            return found.expand(told)
    return why
