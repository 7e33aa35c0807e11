import assert from 'node:assert/strict';
import { test } from 'node:test';

// against a running release: E2E_URL=https://staging.shop.example.com npm run test:e2e
test('the release answers as a user sees it', { skip: !process.env.E2E_URL }, async () => {
  const response = await fetch(`${process.env.E2E_URL}/health`);
  assert.equal(response.status, 200);
  assert.equal(((await response.json()) as { status: string }).status, 'ok');
});
