import { createServer, type Server } from 'node:http';
import type { Logger } from 'pino';

/** The HTTP server, not yet listening. */
export function app(log: Logger): Server {
  return createServer((request, response) => {
    response.on('finish', () => log.info({ method: request.method, url: request.url, status: response.statusCode }, 'request'));
    if (request.url === '/health') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: 'ok', uptime: process.uptime() }));
      return;
    }
    response.writeHead(404).end();
  });
}
