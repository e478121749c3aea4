import assert from 'node:assert/strict';
import test from 'node:test';
import { isAccepted, rotate } from '../src/auth/tokens.js';

test('a refresh token is accepted once more just after its rotation', () => {
  const session = rotate({ current: 'first' }, 0);
  assert.equal(isAccepted(session, 'first', 9_000), true);
  assert.equal(isAccepted(session, 'first', 11_000), false);
});
