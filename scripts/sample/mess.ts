// A store as it looks after months without a look: good memories among near-duplicates, stale, overridden and light ones. For trying the panel, and for tests,
// which are told what is which. On the command line: node scripts/sample/mess.ts STORE_FOLDER [--size 1000] [--seed 1], with the list on standard output.
import { parseArgs } from 'node:util';
import type { Memory, MemoryDraft, MemoryId, SessionId, SourceId } from '../../src/memory.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import type { Store } from '../../src/store/store.ts';
import { randomOf } from '../lib/random.ts';
import { createWriter, type Telling } from './messTexts.ts';

export const SORTS = ['good', 'duplicate', 'stale', 'superseded', 'noise', 'unused'] as const;
/** `duplicate`: one too many of a group whose best counts as good. `superseded`: overridden by one that is good. */
export type Sort = (typeof SORTS)[number];

export interface Mess {
  readonly sortOf: ReadonlyMap<MemoryId, Sort>;
  /** Ids that tell the same, the one written to be the best first. */
  readonly groups: readonly (readonly MemoryId[])[];
  /** The older, then the newer. */
  readonly pairs: readonly (readonly [MemoryId, MemoryId])[];
}

export interface MessOptions {
  /** How many memories in all. */
  readonly size: number;
  readonly seed: number;
  /** "Now"; ages count back from here. */
  readonly atMs: number;
  /** Files of the project that good memories may name: there when somebody looks. */
  readonly filesThere: readonly string[];
}

/** The files of the sample project, beside this file. */
export const SAMPLE_FILES = ['src/auth/tokens.js', 'src/orders/totals.js', 'test/auth.test.js', 'test/totals.test.js', 'README.md'];

const DAY_MS = 24 * 3_600_000;
/** Of a thousand; the good ones are what is left: 640, 50 of them the best of their groups and 60 of them what overrides. */
const SHARES: Readonly<Record<Exclude<Sort, 'good'>, number>> = {
  duplicate: 0.1,
  stale: 0.08,
  superseded: 0.06,
  noise: 0.06,
  unused: 0.05,
};
const IN_A_SESSION = 6;
const SOURCES: readonly SourceId[] = ['claude-code', 'claude-code', 'vscode-chat', 'copilot'];

interface Written {
  readonly id: MemoryId;
  readonly told: Telling;
  readonly sort: Sort;
  readonly daysAgo: number;
  readonly weight: number;
}

/** Writes the mess into a store, by the store's own ways; the same seed writes the same. */
export function makeMess(store: Store, { size, seed, atMs, filesThere }: MessOptions): Mess {
  const random = randomOf(seed);
  const write = createWriter(random, filesThere);
  const count = (sort: keyof typeof SHARES): number => Math.round(size * SHARES[sort]);
  const written: Written[] = [];
  const groups: MemoryId[][] = [];
  const pairs: [MemoryId, MemoryId][] = [];
  const between = (low: number, high: number): number => low + random() * (high - low);
  /** As real ones weigh: half above .43, and a few so little that they look doubtful. */
  const goodWeight = (): number => 0.195 + 0.7 * random() ** 1.5;
  const put = (told: Telling, sort: Sort, daysAgo: number, weight: number): MemoryId => {
    const id = `mess-${seed}-${String(written.length).padStart(5, '0')}` as MemoryId;
    written.push({ id, told, sort, daysAgo, weight });
    return id;
  };

  // Groups of three: the best, and two that are too many.
  for (let left = count('duplicate'); left > 0; left -= 2) {
    const told = write.good();
    const group = [put(told, 'good', between(1, 30), goodWeight())];
    for (let i = 0; i < Math.min(2, left); i++)
      group.push(put(write.again(told, groups.length + i), 'duplicate', between(40, 150), goodWeight()));
    groups.push(group);
  }
  for (let i = 0; i < count('superseded'); i++) {
    const { older, newer } = write.move();
    const days = between(50, 150);
    pairs.push([put(older, 'superseded', days, goodWeight()), put(newer, 'good', days - between(5, 40), goodWeight())]);
  }
  for (let i = 0; i < count('stale'); i++) put(write.stale(), 'stale', between(60, 170), goodWeight());
  for (let i = 0; i < count('noise'); i++) put(write.noise(), 'noise', between(1, 120), between(0.12, 0.19));
  for (let i = 0; i < count('unused'); i++) put(write.good(), 'unused', between(20, 150), goodWeight());
  while (written.length < size) put(write.good(), 'good', between(0.1, 170), goodWeight());

  settle(store, written, atMs);
  // Two in three were noticed when they were told; of the others nobody has said so yet.
  const noticed = pairs.filter((_, i) => i % 3 !== 2);
  store.settle({ ...SETTLED_NOTHING, supersede: noticed.map(([older, newer]) => ({ older, newer })) });
  give(store, written, atMs, random);
  return { sortOf: new Map(written.map(({ id, sort }) => [id, sort])), groups, pairs };
}

const SETTLED_NOTHING = {
  session: 'mess' as SessionId,
  source: 'claude-code' as const,
  settled: [],
  add: [],
  replace: [],
  remove: [],
  supersede: [],
};

/** Session by session, in order of time, as the compressor would. */
function settle(store: Store, written: readonly Written[], atMs: number): void {
  const inOrder = written.toSorted((a, b) => b.daysAgo - a.daysAgo);
  for (let i = 0; i < inOrder.length; i += IN_A_SESSION) {
    const session = `mess-session-${i / IN_A_SESSION}` as SessionId;
    const source = SOURCES[(i / IN_A_SESSION) % SOURCES.length] as SourceId;
    const add = inOrder.slice(i, i + IN_A_SESSION).map(({ id, told, daysAgo, weight }) => {
      const place = { source, session, record: `record-${id}`, atMs: Math.round(atMs - daysAgo * DAY_MS) };
      const draft: MemoryDraft = {
        kind: told.kind,
        text: told.text,
        outcome: outcomeOf(told),
        scope: 'project',
        entities: { files: told.files, symbols: told.symbols, commands: told.commands },
        evidence: [{ place, quote: told.text.slice(0, 300) }],
        weight,
        context: '',
        segments: [store.segmentHash(told.text)],
      };
      return { id, draft };
    });
    store.settle({ ...SETTLED_NOTHING, session, source, add });
  }
}

function outcomeOf({ kind }: Telling): Memory['outcome'] {
  return kind === 'failed_attempt' ? 'failed' : kind === 'bug_fix' ? 'worked' : null;
}

/** What sessions were given: some good ones, used now and then, and the unused ones to four sessions each or more. */
function give(store: Store, written: readonly Written[], atMs: number, random: () => number): void {
  const unused = written.filter(({ sort }) => sort === 'unused');
  const good = written.filter(({ sort }) => sort === 'good');
  const sessions = Math.max(8, Math.round(written.length / 25));
  for (let i = 0; i < sessions; i++) {
    const session = `mess-later-${i}` as SessionId;
    // Each of the unused ones to every fourth part of the sessions.
    const idle = unused.filter((_, j) => (j - i) % Math.floor(sessions / 4) === 0);
    const used = [...new Set(range(4, () => good[Math.floor(random() * good.length)]?.id).filter((id) => id !== undefined))];
    const memories = [...idle.map(({ id }) => id), ...used];
    const at = atMs - Math.round(((sessions - i) * 19 * DAY_MS) / sessions);
    store.recordGiving({ session, assistant: 'claude-code', occasion: 'session_start', memories, tokens: 40 * memories.length, atMs: at });
    store.markUsed(session, used);
  }
}

function range<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { size: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error('Give the folder of the store: node scripts/sample/mess.ts STORE_FOLDER [--size 1000] [--seed 1]');
    process.exitCode = 2;
  } else {
    const store = openStore(folder);
    const mess = makeMess(store, { size: Number(values.size), seed: Number(values.seed), atMs: Date.now(), filesThere: SAMPLE_FILES });
    store.close();
    console.log(JSON.stringify({ sortOf: Object.fromEntries(mess.sortOf), groups: mess.groups, pairs: mess.pairs }, null, 1));
  }
}
