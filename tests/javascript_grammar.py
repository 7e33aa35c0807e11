"""Random configs: a grammar of what people write, and of what they had better not; the same seed gives the same text."""

from __future__ import annotations

import random
import re

ENVIRONMENTS: list[dict[str, str]] = [{}, {"NODE_ENV": "yes", "PORT": "5", "EMPTY": ""}, {"NOPE": "no", "NODE_ENV": "prod", "PORT": "x"}]

# A word after $ stands for one of that list; the first ones of a list end the text where it gets deep.
# $numv, $strv, $objv, $arrv, $fnv: a variable of that kind, if there is one.
GRAMMAR: dict[str, list[str]] = {
    "key": ["a", "b", "c", "x", "y", "z", "length", "1", "0", "10"],
    "name": ["a", "b", "c", "x", "y", "z"],
    "env": ["process.env.NODE_ENV", "process.env.NOPE", "process.env.PORT", "process.env.EMPTY", "process.env.MODE", "process.env['NODE_ENV']"],
    "int": ["0", "1", "2", "3", "-1", "5", "10", "3000"],
    "num": [
        "$int", "1.5", "$int", "$numv", "$numv",
        "($num + $num)", "$num - $num", "$num * $int", "($num % $int)", "$num / $int", "-($num)", "+$str", "+$bool", "($num | 0)", "$num >>> 1", "(($int) ** 2)", "$num & 3", "~$num",
        "$arr.length", "$str.length", "parseInt($str, 10)", "parseInt($any)", "Number($any)", "parseFloat($str)", "Math.max($num, $num)", "Math.min(...$arr)", "Math.floor($num)", "Math.round($num)", "Math.abs($num)", "Math.trunc($num)", "Math.ceil($num / 3)",
        "$arr.indexOf($any)", "$str.indexOf($str)", "$arr.findIndex((x, i) => $boolx)", "$arr.reduce((x, i) => x + i, $any)", "$arr.filter((x, i) => $boolx).length", "Object.keys($obj).length", "($bool ? $num : $num)", "($num || $num)", "($num ?? $num)", "Number($env || $int)", "parseInt($env ?? '7', 10)",
        "$numv++", "--$numv", "($numv += $num)", "$str.search(/$re/)", "$arr.push($any)", "$arrv.push($any, $any)", "$arrv.unshift($any)", "Math.random()", "Date.now()", "$str.charCodeAt(0)", "$str.lastIndexOf('a')", "$arr.lastIndexOf($any)", "$fnv.length", "((x) => x.length)($arr)", "NaN", "Infinity", "$num / 0",
    ],
    "str": [
        "'a'", "'api-1'", "''", "$strv", "'a,b,c'", "'5'", "' x '", "$strv",
        "`a-${$any}`", "`${$num}-${$str}`", "$str + $any", "($any + $str)", "$env", "($env || $str)", "($env ?? $str)", "String($any)", "typeof $any", "JSON.stringify($any)", "JSON.stringify($obj)", "JSON.stringify($obj, null, 2)", "JSON.stringify($arr)",
        "$str.toUpperCase()", "$str.trim()", "$str.slice($int)", "$str.slice($int, $int)", "$str.substring($int, $int)", "$str.replace('a', $str)", "$str.replace(/$re/g, 'z')", "$str.replace(/$re/, (x) => x + $str)", "$str.replaceAll('a', 'b')", "$str.repeat(2)", "$str.padStart(5, '0')", "$str.padEnd($int)", "$str.split(',')[$int]", "$arr.join('-')", "$arr.join()", "$arr + ''", "$obj + ''", "$str[$int]", "$str.at($int)", "$str.charAt($int)", "$str.concat($any)",
        "($bool ? $str : $str)", "Object.keys($obj).join()", "Object.keys($obj)[0]", "$num.toString()", "($num).toFixed(1)", "($num).toString(16)", "$arr.toString()", "path.join('/a', $str)", "path.basename($str, '.js')", "path.resolve('/x', $str)", "path.extname('f.' + $str)", "__filename", "$fnv.name", "new Date(0).toISOString()", "$str.substr(1)", "encodeURIComponent($str)", "String($arr)", "$str.toString()", "os.hostname()", "((a, b = $str) => a + b)($str)", "$obj.constructor.name",
    ],
    "re": ["a", "\\d+", "[a-c]", "^a", "-", "(a)(b)?", "x*", "a|b", "\\s"],
    "bool": [
        "true", "false", "$env", "$bool", "!$any", "!!$any", "$num > $num", "$num <= $num", "$any === $any", "$any == $any", "$str !== $str", "$str < $str", "$env === 'yes'", "$env !== 'prod'", "!$env", "($bool && $bool)", "($bool || $bool)", "$arr.includes($any)", "$str.includes($str)", "$str.startsWith('a')", "$str.endsWith($str)", "/$re/.test($str)", "/$re/g.test($str)", "Array.isArray($any)", "'$name' in $obj", "$int in $arr", "$obj.hasOwnProperty('$name')", "$arr.some((x, i) => $boolx)", "$arr.every((x, i) => $boolx)", "isNaN($any)", "Number.isInteger($any)", "Boolean($any)", "$any instanceof Array", "$any != null", "fs.existsSync('x')", "$obj.$name === undefined", "delete $objv.$name", "delete $objv['$key']", "Object.is($num, $num)", "Number.isNaN($num)", "Number.isFinite($num)", "isFinite($any)", "$num == $str", "Object.hasOwn($obj, '$name')", "Object.isFrozen($obj)",
    ],
    "boolx": ["x", "x > 1", "x !== $any", "x === $any", "typeof x === 'string'", "!x", "$bool", "x?.a", "x != null", "x == $str", "i < 1"],
    "anyx": ["x", "i", "[x, i]", "({ k: x, i })", "`${x}-${i}`", "$any", "x?.a", "x?.[0]", "String(x)", "typeof x", "({ ...x, [i]: $any })", "x + i", "x ?? $any", "$strv + x", "($objv[x] = i)", "$arrv.push(x)", "$fnv(x, i)", "($numv += 1)", "({ ...$objv, [x]: i })", "x.a"],
    "opt": ["$objv.a", "$objv?.b?.c", "$objv.x", "$any?.a", "$objv['$key']", "$obj?.[$str]", "$arr[$int]", "$arr.at(-1)", "$arr?.[0]?.a", "$fnv?.($any)", "$objv.m?.()", "$any?.a?.b.c", "$obj.$name.$name"],
    "any": ["$num", "$str", "null", "undefined", "$numv", "$strv", "$objv", "$arrv", "$bool", "$obj", "$arr", "$opt", "$fnv($any)", "$fnv($any, $any)", "$fnv()", "($bool ? $any : $any)", "($any || $any)", "($any && $any)", "($any ?? $any)", "$arr.find((x, i) => $boolx)", "$arr.pop()", "$arrv.pop()", "$arrv.shift()", "$arr.reduce((x, i) => $anyx, $any)", "$arr.reduceRight((x, i) => $anyx, $any)", "((x, i = 1) => $anyx)($any)", "(function (x, i) { return $anyx })($any, $int)", "JSON.parse(JSON.stringify($arr))", "JSON.parse('[1, {\"a\": 2}]')", "void $any", "($any, $any)", "$obj.$name", "$obj['$key']", "$objv.$name++", "($objv.$name = $any)", "($objv.$name ??= $any)", "($objv.$name ||= $any)", "($objv.$name &&= $any)", "new Date()", "process.argv[2]", "$str.match(/$re/)", "process.env[$str]", "$arr.findLast((x, i) => $boolx)", "new $clsv($any)", "new $clsv($any).v", "$clsv.s", "$fn", "structuredClone($obj)", "arguments.length", "this"],
    "obj": [
        "{}", "{ a: 1, b: 2 }", "$objv", "$objv",
        "{ $name: $any, $name: $any }", "{ $name: $any, ...$obj }", "{ ...$obj, $name: $any }", "{ '$key': $any, [$str]: $any }", "{ $name: $any, [$num]: $any, $name: $obj }", "{ ...($bool && { $name: $any }), $name: $any }", "{ ...($bool ? $obj : $obj), $name: $any }", "{ ...$arr }", "{ ...$any }",
        "Object.assign({}, $obj, $obj)", "Object.assign($objv, $obj)", "Object.assign($objv, $any)", "Object.fromEntries($arr.map((x, i) => [i, x]))", "Object.fromEntries(Object.entries($obj).map(([x, i]) => [x, $anyx]))", "Object.fromEntries(Object.entries($obj).filter(([x, i]) => $boolx))", "Object.fromEntries([['$key', $any], [$str, $any]])",
        "JSON.parse(JSON.stringify($obj))", "Object.freeze($obj)", "($bool ? $obj : $obj)", "$arr.reduce((x, i) => ({ ...x, [i]: 1 }), $obj)", "$arr.reduce((x, i) => { x[i] = $any; return x }, {})", "{ m() { return this.a }, a: $any }", "{ get $name() { return $any }, b: $any }", "{ $name: $fn, $name: $any }", "(({ $name: q, ...x }) => x)($obj)", "(({ a = $any, b: i = $any }) => ({ a, i }))($obj)", "Object.create(null)", "{ __proto__: null, a: $any }", "{ undefined, a: $any }", "new Map([[1, $any]])", "{ $name: $any, ['$name']: $any }", "((x, ...i) => ({ x, i }))($any, ...$arr)", "$obj || $obj", "Object.assign({ $name: $any }, $env && { $name: $any })", "Object.assign({ $name: $any }, $bool ? $obj : null)",
    ],
    "arr": [
        "[]", "[1, 2, 3]", "$arrv", "['a', 'b']", "$arrv",
        "[$any, $any]", "[...$arr, $any]", "[$any, ...$arr]", "[...$str]", "[{ a: $any }, { a: $any, b: $any }]", "$arr.map((x, i) => $anyx)", "$arr.map((x, i) => $anyx)", "$arr.filter((x, i) => $boolx)", "$arr.filter(Boolean)", "$arr.map(String)", "$arr.map(Number)", "$arr.slice($int)", "$arr.slice($int, $int)", "$arr.concat($any)", "$arr.concat($arr, [$any])", "$arr.flat()", "$arr.flatMap((x, i) => $anyx)", "[...$arr].reverse()", "[...$arr].sort()", "$arrv.sort()", "[3, $num, 1].sort((x, i) => x - i)", "$arr.splice($int, 1)", "$arrv.splice($int, $int, $any)", "$str.split(',')", "$str.split('')", "$str.split(/$re/)", "Object.keys($obj)", "Object.values($obj)", "Object.entries($obj)", "Array.from({ length: $int }, (x, i) => $anyx)", "Array.from($arr)", "Array.from($str)", "Array.from($any)", "Array($int).fill($any)", "new Array(3).fill($any)", "Array.of($any, $any)", "[1, , $any]", "($bool ? $arr : $arr)", "[...$arr.entries()]", "[...$arr.keys()]", "$arr.fill($any)", "[...new Set($arr)]", "[$any, $bool && $any].filter(Boolean)", "$str.match(/$re/g) || []", "(([x, ...i]) => i)($arr)", "(([x = $any, i] = []) => [x, i])($arr)", "[...$any]", "((...x) => x)(...$arr, $any)", "$arr.fill($any, 1)", "$arrv.reverse()", "[$fn]", "Object.keys($arr)",
    ],
    "fn": ["() => $any", "(x, i) => $anyx", "function (x, i) { return $anyx }", "(x, i) => { $stmt; return $anyx }", "(x = $any, ...i) => $anyx", "({ a: x = $any, ...i } = {}) => $anyx", "function (x, i) { if ($boolx) return $anyx; $stmt; return $any }", "async (x, i) => $anyx", "function* (x, i) { yield $anyx }", "(x, i) => { try { $stmt; return $anyx } catch { return $any } }", "function (x, i) { return arguments.length }", "$fnv", "$fnv.bind(null, $any)", "(x, i) => { for (const v of [...$arr]) { if (v === x) return $anyx } }", "(x) => { switch (x) { case $any: return $any; default: $stmt } return 7 }", "([x, i] = []) => $anyx"],
    "stmt": [
        "$numv = $num", "$objv.$name = $any", "$arrv.push($any)", "$strv = $str", "$numv += $num", "$strv += $any", "$objv['$key'] = $any", "$objv[$str] = $any", "delete $objv.$name", "delete $objv['$key']", "$arrv[$int] = $any", "$arrv.length = $int", "$objv = $obj", "$arrv = $arr", "$arrv.sort()", "$arrv.reverse()", "$arrv.shift()", "Object.assign($objv, $obj)", "Object.freeze($objv)",
        "if ($bool) { $stmt }", "if ($bool) $stmt; else { $stmt; $stmt }", "if ($bool) { $stmt; $stmt } else if ($bool) { $stmt }", "if ($env) { $stmt; $stmt }", "if ($env) $stmt", "if (!$env) { delete $objv.$name }",
        "for (let i = 0; i < 3; i++) { let x = i; $stmtx }", "for (const x of [...$arr]) { const i = 0; $stmtx }", "for (const x in $obj) { const i = 1; $stmtx }", "for (const [x, i] of Object.entries($obj)) { $stmtx }", "$arr.forEach((x, i) => { $stmtx })", "Object.keys($obj).forEach((x, i) => { $stmtx })", "for (let i = 0, x = 1; i < $num && i < 4; i++) { $stmtx; if ($boolx) break }", "let w = 0; while (w++ < 3) { if ($bool) continue; $stmt }", "do { $stmt } while ($bool && $numv++ < 3 && false)",
        "switch ($any) { case $any: $stmt; break; case $any: $stmt; default: $stmt }", "switch ($env) { case 'yes': $stmt; break; case 'no': $stmt }", "try { $stmt; $stmt } catch { $stmt }", "try { $stmt; throw new Error($str) } catch (e) { $strv = e.message } finally { $stmt }", "try { $any; $numv = 1 } finally { $numv += 1 }",
        "{ const { a, $name: q = $any } = $obj; $arrv.push(a, q) }", "{ const [p, q = $any, ...r] = $arr; $objv.$name = [p, q, r] }", "[$numv, $strv] = [$num, $str]", "({ a: $numv, ...$objv } = $obj)", "$fnv($any)", "$fnv($objv, $arrv)", "out: for (const v of [...$arr]) { for (const u of [...$arr]) { if (u === v) continue out; if ($bool) break out; $stmt } }", "$bool && $arrv.push($any)", "$bool ? $stmte : $stmte", "process.env.NODE_ENV = $any", "delete process.env.NODE_ENV", "process.env.MADE = $str", "if ($bool) throw new Error('x')", "$arrv.splice($int, $int)", "($bool ? $objv : $objv).$name = $any", "$objv.$name = $objv.$name || $any", "$objv.$name.$name = $any", "$arrv.map((x, i) => $anyx)", "setTimeout(() => { $stmt }, 0)", "Object.defineProperty($objv, '$name', { value: $any, enumerable: true })", "module.exports.$name = $any", "exports.$name = $any", "console.log($any)", "Object.entries($obj).forEach(([x, i]) => { $stmtx })", "$objv.$name++", "$objv.$name += $any", "const { length } = $arr; $numv = length", "lab: { $stmt; if ($bool) break lab; $stmt }", "$arrv.unshift($any)", "$arrv.fill($any)", "delete $arrv[$int]", "$any",
    ],
    "stmtx": ["$stmt", "$objv[x] = i", "$objv[x] = $anyx", "$arrv.push(x)", "$arrv.push($anyx)", "$strv += x", "$numv += i", "if ($boolx) { $stmt }", "delete $objv[x]", "$objv[i] = x", "if (x === 'a') $objv.$name = i"],
    "stmte": ["$arrv.push($any)", "($objv.$name = $any)", "($numv = $num)", "delete $objv.$name", "$any"],
}
STARTS = {"num": 5, "str": 8, "bool": 3, "obj": 4, "arr": 5, "any": 8, "stmt": 12, "stmtx": 12, "boolx": 6, "anyx": 6, "opt": 4, "fn": 2}
RARE = re.compile(r"random|Date|os\.|fs\.|Symbol|Map|Set|structuredClone|define|freeze|Frozen|async|function\*|get |throw|arguments|this|argv|setTimeout|\.name|create|clsv|instanceof|constructor")
"""What we know little of: it would make all the rest unknown."""
KINDS = {"n": "num", "s": "str", "l": "arr", "o": "obj", "f": "fn"}


class Config:
    """One random config."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names: dict[str, list[str]] = {kind: [] for kind in ("num", "str", "obj", "arr", "fn", "cls")}
        lines = ["const path = require('path'), fs = require('fs'), os = require('os')"]
        for number in range(self.random.randint(5, 7)):
            letter, kind = list(KINDS.items())[number] if number < 5 else self.random.choice(list(KINDS.items()))
            keyword = "const" if kind == "fn" else self.random.choice(("let", "var") if kind in ("num", "str") else ("let", "let", "var", "const"))
            name = f"{letter}{number}"
            lines.append(f"{keyword} {name} = {self.made(kind, 3)}")
            self.names[kind].append(name)
            if self.random.random() < 0.06:
                lines.append(f"class C{number} {{ constructor(x, i) {{ this.v = {self.made('anyx', 2)} }} static s = {self.made('any', 2)}; get g() {{ return {self.made('any', 1)} }} }}")
                self.names["cls"].append(f"C{number}")
        for _ in range(self.random.randint(1, 5)):
            lines.append(self.made("stmt", 3))
        every = [name for kind in self.names.values() for name in kind]
        self.random.shuffle(every)
        more = [f"r{i}: {self.made('any', 2)}" for i in range(self.random.randint(0, 2))]
        seen = [f"k{i}: Object.keys({name}).join()" for i, name in enumerate(self.names["obj"])] + [f"j: JSON.stringify({self.random.choice(every)})"]
        lines.append("module.exports = { " + ", ".join([*every, *more, *seen]) + " }")
        self.text = ";\n".join(lines) + "\n"

    def made(self, kind: str, depth: int) -> str:
        """A text of a kind."""
        if kind.endswith("v") and kind[:-1] in self.names:
            return self.random.choice(self.names[kind[:-1]])
        choices = GRAMMAR[kind] if depth > 0 else GRAMMAR[kind][: STARTS.get(kind, 99)]
        choices = [c for c in choices if all(self.names[k] for k in re.findall(r"\$(num|str|obj|arr|fn|cls)v\b", c))] or ["0"]
        template = self.random.choice(choices)
        if RARE.search(template) and self.random.random() < 0.8:
            return self.made(kind, depth)
        told = re.sub(r"\$([a-z]+)", lambda found: self.made(found[1], depth - 1), template)
        return f"({told})" if kind in ("obj", "fn", "num", "bool", "str", "arr", "any", "opt") and not re.fullmatch(r"\w+", told) else told
