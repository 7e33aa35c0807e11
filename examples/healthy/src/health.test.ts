import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { app } from './app';

test('a server that was made does not listen yet', () => {
  assert.equal(app(pino({ level: 'silent' })).listening, false);
});
