"""Variables that programs and libraries read by themselves, so that no code names them.

Each line is one reader and what it takes by its own documentation (2026-11). A prefix stands for all that begins so:
rather miss a spare variable than name one that somebody reads.
"""

from __future__ import annotations

import re

_READERS = {
    "the system, shells": r"PATH|HOME|USER|SHELL|TERM|PWD|HOSTNAME|LANG|LC_\w+|TZ|TMP|TEMP|TMPDIR|EDITOR|DISPLAY|CI|LD_\w+|MALLOC_\w+|XDG_\w+|FONTCONFIG_\w+",
    "proxies": r"(?:HTTPS?|NO|ALL)_PROXY|GLOBAL_AGENT_\w+",
    "node": r"NODE_\w+|UV_\w+|SSL_CERT_(?:FILE|DIR)|OPENSSL_\w+|NO_COLOR|FORCE_COLOR|TS_NODE_\w+|TSX_\w+|BUN_\w+|DENO_\w+",
    "pm2": r"PM2_\w+|INSTANCE_ID|INSTANCE_VAR|KEYMETRICS_\w+",
    "npm, yarn, pnpm, git": r"(?:NPM|YARN|PNPM|COREPACK|GIT|SSH|HUSKY)_\w+|HUSKY",
    "debug, dotenv, config, nconf": r"DEBUG|DEBUG_\w+|DOTENV_\w+|SUPPRESS_NO_CONFIG_WARNING",
    "servers": r"PORT|HOST|BIND|ORIGIN|BODY_SIZE_LIMIT|XFF_DEPTH|(?:PROTOCOL|HOST|PORT|ADDRESS)_HEADER",
    "next, nuxt, vite, react-scripts, vue-cli, gatsby, astro, expo": r"(?:NEXT|NUXT|NITRO|VITE|REACT_APP|VUE_APP|GATSBY|ASTRO|EXPO|PUBLIC|NG_APP|STORYBOOK|TURBO|NX|VERCEL|WDS)_\w+|TURBOPACK|BROWSER|PUBLIC_URL"
    r"|GENERATE_SOURCEMAP|INLINE_RUNTIME_CHUNK|IMAGE_INLINE_SIZE_LIMIT|FAST_REFRESH|DISABLE_ESLINT_PLUGIN|SKIP_PREFLIGHT_CHECK|TSC_COMPILE_ON_ERROR|CHOKIDAR_\w+|WATCHPACK_\w+|BROWSERSLIST\w*|ANALYZE",
    "next-auth, better-auth, clerk": r"(?:NEXTAUTH|AUTH|BETTER_AUTH|CLERK)_\w+",
    "prisma, typeorm, pg, mysql, redis-cli": r"DATABASE_URL|DIRECT_URL|SHADOW_DATABASE_URL|PRISMA_\w+|TYPEORM_\w+|PG[A-Z]+|MYSQL_\w+|REDISCLI_AUTH",
    "images of databases and the like": r"(?:POSTGRES|MONGO_INITDB|MARIADB|RABBITMQ|MINIO|GF|KAFKA|CLICKHOUSE|MEILI|TYPESENSE|PGADMIN)_\w+|REDIS_(?:PASSWORD|ARGS)",
    "docker": r"(?:COMPOSE|DOCKER|BUILDKIT)_\w+",
    "clouds": r"(?:AWS|GOOGLE|GCLOUD|GCP|CLOUDSDK|FIREBASE|FIRESTORE|AZURE|CLOUDFLARE|CF|HEROKU|RAILWAY|RENDER|FLY|NETLIFY|K)_\w+|DYNO",
    "sentry, opentelemetry, apm agents": r"(?:SENTRY|OTEL|DD|NEW_RELIC|ELASTIC_APM|APPLICATIONINSIGHTS|APPINSIGHTS|HONEYBADGER|APPSIGNAL|ROLLBAR|BUGSNAG|LOGTAIL|AXIOM|SW_AGENT)_\w+",
    "model providers": r"(?:OPENAI|ANTHROPIC|LANGCHAIN|LANGSMITH|LANGFUSE|GEMINI|GROQ|MISTRAL|COHERE|XAI|REPLICATE|HF|DEEPSEEK|FIREWORKS|TOGETHER|PERPLEXITY|TAVILY|PINECONE|OLLAMA)_\w+",
    "clients of services": r"(?:TWILIO|UPSTASH|KV|BLOB|CONVEX|INNGEST|TRIGGER|UPLOADTHING|SUPABASE|NGROK|MEDUSA|STRAPI|N8N|PARSE_SERVER|HASURA|SPRING|DIRECTUS)_\w+|CLOUDINARY_URL|RESEND_API_KEY|DISCORD_TOKEN|STRIPE_API_KEY",
    "browsers, native modules, other languages": r"(?:PUPPETEER|CHROME|PLAYWRIGHT|ELECTRON|SHARP|PYTHON|JAVA|DJANGO|FLASK|RAILS|UVICORN|GUNICORN)_?\w*",
    "test runners": r"(?:JEST|VITEST|CYPRESS|MOCHA)_\w+",
}
_KNOWN = re.compile("|".join(_READERS.values()))


def known(name: str) -> bool:
    """Whether some program or library reads a variable without being told its name."""
    return _KNOWN.fullmatch(name) is not None
