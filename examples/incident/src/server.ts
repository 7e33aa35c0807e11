import { createServer } from 'node:http';
import * as Sentry from '@sentry/node';
import { config } from 'dotenv';

config({ path: 'env.env' });

if (process.env.SENTRY_ENABLED === 'true') {
  Sentry.init({ dsn: process.env.SENTRY_DSN });
}

const port = Number(process.env.PORT ?? 3000);

const server = createServer((request, response) => {
  if (request.url === '/health') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'ok', uptime: process.uptime() }));
    return;
  }
  response.writeHead(404).end();
});

server.listen(port, () => console.log(`listening on ${port}`));
