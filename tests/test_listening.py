"""Which packages nothing can ask: what a bot's sources and dependencies have to say for it, and what speaks against."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from conftest import make

from checklist.facts import derive

BOT = "new Telegraf(process.env.TOKEN).launch()\n"


def _silent(dependencies: list[str], source: str, more: Mapping[str, str] | None = None) -> object:
    files = {"package.json": json.dumps({"name": "one", "dependencies": dict.fromkeys(dependencies, "1")}), "src/index.ts": source, **(more or {})}
    found = next(d for d in derive(make(files)).documents if d.kind == "package" and d.file == "package.json")
    return found.value.get("silent").content  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "dependencies",
    [["telegraf"], ["grammy", "dotenv"], ["discord.js"], ["bullmq", "ioredis"], ["node-cron", "pg"], ["puppeteer-core"], ["@whiskeysockets/baileys"], ["kafkajs"]],
)
def test_what_only_asks_others_is_silent(dependencies: list[str]) -> None:
    assert _silent(dependencies, BOT) is True


@pytest.mark.parametrize("library", ["express", "fastify", "@fastify/cors", "@nestjs/core", "koa", "@koa/router", "next", "@hapi/hapi", "socket.io", "hono", "@hono/node-server", "@bull-board/express"])
def test_beside_a_server_it_is_not_known(library: str) -> None:
    assert _silent(["telegraf", library], BOT) is False


@pytest.mark.parametrize(
    "source",
    [
        "http.createServer(handler).listen(process.env.PORT)",
        "require('http').createServer((q, s) => s.end('ok'))",
        "new WebSocketServer({ port: 8080 })",
        "new WebSocket.Server({ port: 8080 })",
        "Bun.serve({ fetch })",
        "bot.launch({ webhook: { domain: 'bot.example.com', port: 8080 } })",
        "new TelegramBot(process.env.TOKEN, { webHook: { port: 8443 } })",
        "app.listen(3000)",
    ],
)
def test_a_source_that_listens(source: str) -> None:
    assert _silent(["telegraf"], source) is False


def test_without_a_library_that_says_what_it_does_it_is_not_known() -> None:
    assert _silent(["dotenv", "some-framework"], BOT) is False


def test_without_sources_it_is_not_known() -> None:
    assert _silent(["telegraf"], "export const one = 1\n") is False


def test_the_packages_that_it_is_built_on_count() -> None:
    shared = {"packages/http/package.json": '{"name": "@shop/http", "dependencies": {}}', "packages/http/index.ts": "createServer(h).listen(process.env.PORT)\n"}
    assert _silent(["telegraf", "@shop/http"], BOT, shared) is False
    assert _silent(["telegraf"], BOT, shared) is True
