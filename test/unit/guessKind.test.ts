// What somebody picked to be remembered, and the kind that is proposed for it.
import assert from 'node:assert/strict';
import { guessKind } from '../../src/compress/guessKind.ts';
import type { Kind } from '../../src/memory.ts';

const EXAMPLES: Readonly<Record<Kind, readonly string[]>> = {
  decision: [
    'We decided to keep refresh tokens in Redis, because they can be revoked at once.',
    'Going with Postgres instead of Mongo for the orders.',
    'We use UUIDv7 for ids since they sort by time.',
  ],
  preference: ['I prefer small commits with one reason each.', 'Please answer in British English.', 'prefer tabs over spaces in Go files'],
  pattern: [
    'Handlers must never touch the database themselves.',
    'Always wrap errors from the gateway in ApiError.',
    'Every migration gets a test with the old file.',
  ],
  architecture: [
    'src/auth/tokens.ts signs and checks the access tokens.',
    'The worker reads the queue and writes to the orders table.',
    'Sessions live in Redis, one hash per user.',
  ],
  failed_attempt: [
    'Tried connection pooling through PgBouncer in transaction mode but prepared statements broke.',
    'Retrying the webhook with a delay did not help.',
    'We had a cache in front of it and reverted it: stale prices.',
  ],
  bug_fix: [
    'Fixed the double charge: the idempotency key was made anew on retry.',
    'Root cause of the leak: the listener was added on every render.',
    'The crash was caused by an empty cart.',
  ],
  command: [
    'npm run test:native -- --grep store',
    '$ docker compose up -d redis',
    'Run the migrations with `make migrate`.',
    'git push --force-with-lease',
  ],
  todo: ['TODO: rate limit the login route', 'We still need to rotate the signing keys.', '- [ ] remove the feature flag'],
};

describe('the kind of a text that is to be remembered', () => {
  for (const [kind, texts] of Object.entries(EXAMPLES)) {
    it(`is ${kind} where it reads so`, () => {
      assert.deepEqual(
        texts.map((text) => [guessKind(text), text]),
        texts.map((text) => [kind, text]),
      );
    });
  }

  it('looks at the first line alone for commands, and says something of an empty text too', () => {
    assert.equal(guessKind('cargo test -p store\nrunning 12 tests'), 'command');
    assert.equal(guessKind(''), 'architecture');
  });
});
