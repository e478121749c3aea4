// What a week on an orders API leaves: the memories that the tests of the sidebar, and its pictures, look at. Written as compressed sessions leave them.
import path from 'node:path';
import type { Kind, Memory, MemoryDraft, MemoryId, Outcome, SessionId, SourceId } from '../../../src/memory.ts';
import type { Store } from '../../../src/store/store.ts';
import { memoryId, session, settlement } from '../../support/storeSamples.ts';

const DAY_MS = 86_400_000;

export const ORDERS_FILES: Readonly<Record<string, string>> = {
  'README.md': '# Orders API\n\nTakes orders and keeps them.\n',
  'src/auth/tokens.js':
    'export const ACCESS_TOKEN_SECONDS = 15 * 60;\n\nexport function isExpired(token, now) {\n  return token.expires <= now;\n}\n',
  'src/orders/totals.js':
    '// Totals are whole cents: floats lost one in a thousand.\nexport const total = (lines) => lines.reduce((sum, line) => sum + line.cents, 0);\n',
  'src/limits.js':
    '// At most 20 orders a minute for each customer, else the till of the partner shop jams.\nexport const ORDERS_A_MINUTE = 20;\n',
};

interface Told {
  readonly kind: Kind;
  readonly text: string;
  readonly daysAgo: number;
  readonly files?: readonly string[];
  readonly outcome?: Outcome;
  readonly weight?: number;
}
interface Session {
  readonly name: string;
  readonly source: SourceId;
  readonly memories: Readonly<Record<string, Told>>;
}

/** Names → what they are called in the tests. */
export const SESSIONS: readonly Session[] = [
  {
    name: 'sign-in',
    source: 'claude-code',
    memories: {
      jwt: {
        kind: 'decision',
        text: 'Short JWT access tokens of 15 minutes with rotating refresh tokens in Redis, because a refresh token can be revoked at once',
        daysAgo: 3,
        files: ['src/auth/tokens.js'],
      },
      sessions: {
        kind: 'decision',
        text: 'Server sessions in Postgres for sign-in, looked up on each request',
        daysAgo: 9,
        files: ['src/auth/tokens.js'],
      },
      clock: {
        kind: 'bug_fix',
        text: 'Tokens expired early on one node: its clock was 40 s ahead. isExpired allows a minute of drift now',
        daysAgo: 3,
        files: ['src/auth/tokens.js'],
        outcome: 'worked',
      },
    },
  },
  {
    name: 'totals',
    source: 'vscode-chat',
    memories: {
      cents: {
        kind: 'pattern',
        text: 'Money is whole cents everywhere; floats lost one order in a thousand',
        daysAgo: 20,
        files: ['src/orders/totals.js'],
      },
      pool: {
        kind: 'failed_attempt',
        text: 'Tried connection pooling through PgBouncer in transaction mode → failed: prepared statements broke',
        daysAgo: 21,
        outcome: 'failed',
      },
      tests: { kind: 'command', text: 'npm test -- auth runs the sign-in tests alone, in two seconds', daysAgo: 2 },
    },
  },
  {
    name: 'plans',
    source: 'copilot',
    memories: {
      keys: { kind: 'todo', text: 'Rotate the signing keys before the launch', daysAgo: 45, files: ['src/auth/tokens.js'] },
      commits: { kind: 'preference', text: 'Small commits with one reason each, in the imperative', daysAgo: 200 },
    },
  },
];

export const ordersId = (name: string): MemoryId => memoryId(`orders-${name}`);

/** `many`: so many more, all of one kind and session, to see what long lists do. */
export function tellOrders(store: Store, workspace: string, nowMs: number, many = 0): void {
  for (const { name, source, memories } of SESSIONS) {
    const add = Object.entries(memories).map(([id, told]) => ({
      id: ordersId(id),
      draft: draftOf(told, source, session(name), workspace, nowMs),
    }));
    store.settle(settlement({ session: session(name), source, add: add.map(({ id, draft }) => ({ id, draft: hashed(store, draft) })) }));
  }
  store.settle(settlement({ session: session('sign-in'), supersede: [{ older: ordersId('sessions'), newer: ordersId('jwt') }] }));
  const lines = Array.from({ length: many }, (_, i) => ({
    id: memoryId(`line-${i}`),
    draft: hashed(
      store,
      draftOf(
        { kind: 'architecture', text: `Queue ${i} carries the orders of shop ${i}`, daysAgo: 60 + i / 100 },
        'claude-code',
        session('queues'),
        workspace,
        nowMs,
      ),
    ),
  }));
  if (many > 0) store.settle(settlement({ session: session('queues'), add: lines }));
}

const hashed = (store: Store, draft: MemoryDraft): MemoryDraft => ({ ...draft, segments: [store.segmentHash(draft.text)] });

function draftOf(
  { kind, text, daysAgo, files = [], outcome, weight = 0.8 }: Told,
  source: SourceId,
  of: SessionId,
  workspace: string,
  nowMs: number,
): MemoryDraft {
  const [file] = files;
  const atMs = Math.round(nowMs - daysAgo * DAY_MS);
  const where: Pick<Memory['evidence'][number]['place'], 'path' | 'line' | 'isLineByLine'> =
    file === undefined ? {} : { path: path.join(workspace, file), line: 1, isLineByLine: true };
  const place = { source, session: of, record: text.slice(0, 20), atMs, ...where };
  return {
    kind,
    text,
    outcome: outcome ?? null,
    scope: 'project',
    entities: { files, symbols: [], commands: [] },
    evidence: [{ place, quote: `${text}.`, ...(file !== undefined && { lines: [1, 1] as const }) }],
    weight,
    context: '',
    segments: [],
  };
}
