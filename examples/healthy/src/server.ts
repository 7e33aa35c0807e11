import * as Sentry from '@sentry/node';
import { config } from 'dotenv';
import { pino } from 'pino';
import { app } from './app';

config({ path: 'env.env' });

if (process.env.SENTRY_ENABLED === 'true') {
  Sentry.init({ dsn: process.env.SENTRY_DSN });
}

const log = pino();
const port = Number(process.env.PORT ?? 3000);
const server = app(log).listen(port, () => log.info({ port }, 'listening'));

process.on('SIGINT', () => server.close(() => process.exit(0)));
