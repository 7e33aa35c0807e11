"""What an app entry really runs: npm scripts followed, runners and wrappers taken off, the entry file found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from checklist.facts.pm2.options import words

_MANAGERS = {"npm", "pnpm", "yarn", "bun"}
_EXEC = {"npx", "pnpx", "bunx"}
_RUNNERS = {"node", "nodejs", "bun", "deno", "tsx", "ts-node", "ts-node-esm", "ts-node-dev", "tsnd", "nodemon", "babel-node", "swc-node", "esno"}
_WRAPPERS = {"cross-env", "env", "dotenv", "dotenvx", "exec", "nice", "nohup", "time", "sudo"}
_DEV = {"nodemon", "ts-node-dev", "tsnd", "vite", "webpack-dev-server", "live-server"}
# options of the runners that take the next word
_TAKES = {"-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "-P", "--project", "--tsconfig",
          "-e", "--ext", "-w", "--watch-path", "--env-file", "-f", "--ignore", "--exec", "-x", "--max-old-space-size", "-O"}
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*")
_CHAIN = re.compile(r"\s*(?:&&|\|\||;|\|)\s*")
_SOURCE = re.compile(r"\.(?:[cm]?[jt]sx?|json|py|sh)$")


@dataclass(frozen=True, slots=True)
class Run:
    """What stands behind `script` and `args`."""

    command: tuple[str, ...]
    """The words of what is run in the end, after npm scripts are followed."""
    entry: str | None
    """The file that it runs, relative to the app's directory; None where it is none or not known."""
    dev: str | None
    """The word that makes it a development command, None if it is none."""
    via: tuple[str, ...] = ()
    """Names of the npm scripts that led there."""


def resolve(command: Sequence[str], scripts: Mapping[str, str], depth: int = 8) -> Run:
    """What a command runs in the end; `scripts` are those of the package it is called in."""
    rest = _bare(command)
    if not rest:
        return Run(tuple(command), None, None)
    name = program(rest[0])
    if name in _MANAGERS and depth:
        called = _script(name, rest[1:], scripts)
        if called is not None:
            # the last command of a chain is what stays running
            body = _CHAIN.split(scripts[called])[-1]
            found = resolve(words(body), scripts, depth - 1)
            return replace(found, via=(called, *found.via))
        if name != "bun":
            inner = _after_exec(rest[1:])
            return resolve(inner, scripts, depth - 1) if inner else Run(tuple(rest), None, None)
    if name in _EXEC:
        inner = list(rest[1:])
        while inner and inner[0].startswith("-"):
            inner = inner[2:] if inner[0] in ("-p", "--package") else inner[1:]
        return resolve(inner, scripts, depth - 1) if inner and depth else Run(tuple(rest), None, None)
    if name in _RUNNERS or rest[0].endswith(("/tsx/dist/cli.mjs", "/ts-node/dist/bin.js")):
        return Run(tuple(rest), _entry(rest[1:]), _dev(name, rest[1:]))
    if _SOURCE.search(rest[0]) or "/" in rest[0]:
        in_modules = "node_modules/" in rest[0]
        return Run(tuple(rest), None if in_modules else rest[0], _dev(name, rest[1:]))
    return Run(tuple(rest), None, _dev(name, rest[1:]))


def program(word: str) -> str:
    """The name of the program that a word calls: `vite` of `node_modules/vite/bin/vite.js`."""
    name = PurePosixPath(word).name
    return re.sub(r"\.[cm]?js$", "", name) if "node_modules/" in word else name.removesuffix(".cmd")


def _bare(command: Sequence[str]) -> list[str]:
    """The words without variable assignments and wrappers before them."""
    rest = list(command)
    while rest:
        name = PurePosixPath(rest[0]).name
        if _ASSIGNED.fullmatch(rest[0]):
            rest = rest[1:]
        elif name in _WRAPPERS:
            rest = rest[1:]
            while rest and (rest[0].startswith("-") or rest[0] == "run"):
                rest = rest[2:] if rest[0] in ("-e", "-f", "-u", "-n") else rest[1:]
        else:
            break
    return rest


def _script(manager: str, args: Sequence[str], scripts: Mapping[str, str]) -> str | None:
    """The package script that a package manager is asked to run."""
    names: list[str] = []
    skip = False
    for word in args:
        if skip:
            skip = False
        elif word == "--":
            break
        elif word in ("--prefix", "-C", "--cwd", "--dir", "-w", "--workspace", "-F", "--filter"):
            skip = True
        elif not word.startswith("-"):
            names.append(word)
    if names[:1] in (["run"], ["run-script"], ["rum"]):
        names = names[1:]
    elif (manager == "npm" and names[:1] not in (["start"], ["test"], ["stop"], ["restart"])) or manager == "bun":
        return None
    return names[0] if names and names[0] in scripts else None


def _after_exec(args: Sequence[str]) -> list[str]:
    rest = [w for w in args if w != "--"]
    while rest and rest[0].startswith("-"):
        rest = rest[1:]
    return rest[1:] if rest[:1] in (["exec"], ["dlx"], ["x"]) else []


def _entry(args: Sequence[str]) -> str | None:
    """The first word that is the file to run; `-r dotenv/config`, `--env-file x` and `tsx watch` are none."""
    skip = False
    for word in args:
        if skip:
            skip = False
        elif word in _TAKES:
            skip = True
        elif not word.startswith("-") and word not in ("watch", "run", "start"):
            return word
    return None


def _dev(name: str, args: Sequence[str]) -> str | None:
    if name in _DEV and not (name == "vite" and args[:1] in (["preview"], ["build"])):
        return name
    if args[:1] == ["dev"] and name in ("next", "nuxt", "astro", "remix", "wrangler", "strapi", "vercel", "netlify"):
        return f"{name} dev"
    if name == "strapi" and args[:1] == ["develop"]:
        return "strapi develop"
    if name == "ng" and args[:1] == ["serve"]:
        return "ng serve"
    if name in ("tsx", "bun", "node", "nest", "esno") and any(w in ("watch", "--watch", "--hot") for w in args):
        return f"{name} {next(w for w in args if w in ('watch', '--watch', '--hot'))}"
    return None
