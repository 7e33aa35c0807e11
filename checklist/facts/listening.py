"""Which packages nothing can ask over the network: a bot, a queue's worker, a scheduled job listens nowhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace

from checklist.facts.folders import home
from checklist.facts.pm2 import governing
from checklist.facts.services import code_folder, dependencies, reached
from checklist.model import Document, Project, Value

# What lives by asking others (npm, 2026): bots, queues, schedules, chains, scrapers. Without one of them it is not known
# what a package does.
_ASKS = re.compile(
    r"telegraf|grammy|node-telegram-bot-api|telegram|gramjs|discord\.js|eris|oceanic\.js|tmi\.js|vk-io|whatsapp-web\.js|(?:@whiskeysockets/|@adiwajshing/)?baileys|matrix-js-sdk|matrix-bot-sdk|mineflayer"
    r"|bullmq|bull|bee-queue|agenda|pg-boss|graphile-worker|kafkajs|amqplib|amqp-connection-manager|@aws-sdk/client-sqs|sqs-consumer|@temporalio/worker|node-cron|cron|croner|node-schedule|cron-job-manager|toad-scheduler"
    r"|puppeteer(?:-.+)?|playwright(?:-.+)?|cheerio|crawlee|ethers|web3|viem|@solana/web3\.js|ccxt|chokidar|mqtt|imap|imapflow"
)
# What listens although no source says `.listen(`, or may: frameworks, and programs that serve.
_SERVES = re.compile(
    r"@?(?:express|koa|hapi|fastify|nestjs|hono|apollo|feathersjs|elysiajs|strapi|adonisjs|remix-run|react-router|sveltejs|astrojs|grpc|tinyhttp|trpc|loopback|keystonejs|midwayjs|bull-board|slack/bolt|polka|nuxt|payloadcms)"
    r"(?:[/-].+)?|apollo-server.*|next|nuxt\d?|restify|socket\.io|graphql-yoga|elysia|astro|grpc|sails|moleculer.*|connect|micro|serve|http-server|http-proxy.*|json-server|uwebsockets?\.js|parse-server|egg|payload|directus"
    r"|ghost|n8n|node-red|botbuilder.*|probot|pm2-health|node-media-server|vite|peer|jayson|bottender|@google-cloud/functions-framework|actionhero|total\.js|meteor.*|@redwoodjs/.+"
)
# `bot.launch({webhook: …})` and the like listen by themselves
_LISTENS = re.compile(r"\.listen\s*\(|Server\s*\(|(?<![\w$])serve\s*\(|[wW]eb[hH]ook\s*:|startWebhook")
# `pm2 list` and `pm2 show` are for a person to read
PM2_ASKED = re.compile(r"pm2 (?:-s |--silent )?(?:jlist|prettylist|id|pid)\b")
"""A command that asks PM2 how an app is."""
PM2_ANSWERS = "what becomes of PM2's answer is not seen"
"""Why it is not known whether a script that asks PM2 checks anything."""


def told(project: Project, packages: Sequence[Document]) -> list[Document]:
    """The `package` documents with `silent`: is it known that nothing of it, nor of what it is built on, listens."""
    loud, here = set[str](), set[str]()
    for file, text in project.sources.items():
        folder = home(project, posixpath.dirname(file))
        here.add(folder)
        if _LISTENS.search(text):
            loud.add(folder)
    return [replace(p, value=replace(p.value, content={**p.value.members(), "silent": Value(_silent(project, p, packages, loud, here))})) for p in packages]


def _silent(project: Project, package: Document, packages: Sequence[Document], loud: set[str], here: set[str]) -> bool:
    mine = reached(package, packages)
    needed = dependencies(mine, "dependencies")
    if not project.sources_seen or not any(_ASKS.fullmatch(name) for name in needed) or any(_SERVES.fullmatch(name) for name in needed):
        return False
    folders = {p.value.text("directory") or "" for p in mine}
    return bool(folders & here) and not folders & loud


def silent(project: Project, apps: Sequence[Document], packages: Sequence[Document]) -> bool:
    """Whether it is known that nothing can ask any of the apps, where none is known any of the packages; the policy's own
    `health_url` says that something can."""
    told = project.policy.value.get("health_url")
    if told is not None and told.at is not None:
        return False
    if not apps:
        return bool(packages) and all(p.value.get("silent") == Value(True) for p in packages)
    governors = [governing(code_folder(a, project), packages, project) if a.value.text("starts") not in ("static", "other") else None for a in apps]
    return all(p is not None and p.value.get("silent") == Value(True) for p in governors)
