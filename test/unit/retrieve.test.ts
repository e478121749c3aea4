import assert from 'node:assert/strict';
import { CUE_WEIGHTS } from '../../src/compress/cueWeights.ts';
import type { Memory, MemoryId, Query } from '../../src/memory.ts';
import type { Encoder } from '../../src/model/encoder.ts';
import type { ReadableStore } from '../../src/retrieve/memoryCache.ts';
import { QueryVectors } from '../../src/retrieve/queryVectors.ts';
import { createRetriever } from '../../src/retrieve/retrieve.ts';
import type { IndexedStore } from '../../src/search/memoryIndex.ts';
import { openMemoryIndex } from '../../src/search/memoryIndex.ts';
import { termsOf } from '../../src/search/terms.ts';
import { silentLog } from '../../src/util/log.ts';
import { DAY, memory, NOON } from '../support/memories.ts';

/** A store that is a list. */
function listStore(memories: Memory[]) {
  const gone = new Map<MemoryId, number>();
  const vectors = new Map<MemoryId, Float32Array>();
  const live = () => memories.filter((m) => !gone.has(m.id));
  let revision = 1;
  const store: ReadableStore & IndexedStore = {
    id: 'list',
    get revision() {
      return revision;
    },
    all: live,
    get: (id) => live().find((m) => m.id === id),
    ofSession: (session) => live().filter((m) => m.session === session),
    changesSince: (since) => [...gone].filter(([, at]) => at > since).map(([id]) => ({ id, isGone: true })),
    vector: (id) => vectors.get(id),
    putVectors: (_, more) => more.forEach((vector, id) => vectors.set(id, vector)),
    withoutVector: (_, limit) =>
      live()
        .filter((m) => !vectors.has(m.id))
        .slice(0, limit),
  };
  return { store, forget: (id: string) => gone.set(id as MemoryId, ++revision) };
}

/** Means the same by its table: each line's words are one direction. */
const MEANINGS = ['login token jwt session sign', 'port listen 4100 address socket', 'cache redis evict stale'].map(
  (line) => new Set(termsOf(line)),
);
const encoder: Encoder = {
  id: 'table',
  dimensions: MEANINGS.length + 1,
  fitted: CUE_WEIGHTS,
  embed: async (texts) =>
    texts.map((text) => {
      const terms = termsOf(text);
      const vector = [...MEANINGS.map((line) => terms.filter((term) => line.has(term)).length), 0.5];
      const length = Math.hypot(...vector);
      return Float32Array.from(vector, (x) => x / length);
    }),
  read: async () => [],
  dispose: async () => undefined,
};

const query = (text: string, more: Partial<Query> = {}): Query => ({ text, atMs: NOON, limit: 5, ...more });

async function over(memories: Memory[], model: Encoder | undefined = undefined) {
  const { store, forget } = listStore(memories);
  const index = openMemoryIndex({ store, folder: undefined, encoder: () => model, log: silentLog });
  await index.embedMissing(new AbortController().signal);
  const retriever = createRetriever({ store, index, queries: new QueryVectors(() => model) });
  return {
    recall: retriever.recall.bind(retriever),
    ids: async (asked: Query, options?: Parameters<typeof retriever.recall>[1]) =>
      (await retriever.recall(asked, options)).map((r) => r.memory.id as string),
    forget(id: string) {
      forget(id);
      index.catchUp();
    },
    forgetUnnoticed: forget,
  };
}

const filler = Array.from({ length: 12 }, (_, i) =>
  memory(`Module ${i} exports helper ${i}`, { id: `f${i}`, session: `f${i}`, atMs: NOON - i * DAY }),
);

describe('retrieve', () => {
  it('finds by words without a model', async () => {
    const { ids } = await over([...filler, memory('JWT with refresh tokens', { id: 'jwt' })]);
    assert.equal((await ids(query('how do we refresh the token?')))[0], 'jwt');
  });

  it('finds by meaning what shares no word', async () => {
    const { ids } = await over(
      [...filler, memory('Listen on 4100', { id: 'port', session: 'p' }), memory('Redis evicts', { id: 'cache', session: 'c' })],
      encoder,
    );
    assert.equal((await ids(query('which socket address')))[0], 'port');
  });

  it('goes by meaning where only common words of a question match', async () => {
    const common = Array.from({ length: 12 }, (_, i) => memory(`The helper thing is used, part ${i}`, { id: `u${i}`, session: 'u' }));
    const { ids } = await over([...common, memory('Listen on 4100', { id: 'port', session: 'p' })], encoder);
    assert.equal(
      (await ids(query('which socket address is the helper thing used with, the one of the machine in the cellar?')))[0],
      'port',
    );
  });

  it('leaves out superseded, hidden and forgotten ones', async () => {
    const old = memory('Sessions in cookies', { id: 'old', status: 'superseded' });
    const { ids, forget, forgetUnnoticed } = await over([
      ...filler,
      old,
      memory('Sessions in Redis', { id: 'a' }),
      memory('Sessions in a file', { id: 'b' }),
    ]);
    assert.deepEqual((await ids(query('sessions'))).sort(), ['a', 'b']);
    forget('a');
    assert.deepEqual(await ids(query('sessions')), ['b']);
    forgetUnnoticed('b');
    assert.deepEqual(await ids(query('sessions')), []);
  });

  it('forgets what is forgotten while the model is at work', async () => {
    const { store, forget } = listStore([...filler, memory('Sessions in Redis', { id: 'a' })]);
    const slow: Encoder = {
      ...encoder,
      embed: async (texts, purpose) => {
        if (purpose === 'query') forget('a');
        return encoder.embed(texts, purpose);
      },
    };
    const index = openMemoryIndex({ store, folder: undefined, encoder: () => slow, log: silentLog });
    await index.embedMissing(new AbortController().signal);
    const { recall } = createRetriever({ store, index, queries: new QueryVectors(() => slow) });
    assert.deepEqual(
      (await recall(query('sessions in redis'))).filter((r) => r.memory.id === 'a'),
      [],
    );
  });

  it('answers with words when the model is stuck or fails', async () => {
    const memories = [...filler, memory('JWT with refresh tokens', { id: 'jwt' })];
    for (const embed of [() => new Promise<never>(() => undefined), () => Promise.reject(new Error('broken'))]) {
      const { store } = listStore(memories);
      const index = openMemoryIndex({ store, folder: undefined, encoder: () => undefined, log: silentLog });
      const { recall } = createRetriever({ store, index, queries: new QueryVectors(() => ({ ...encoder, embed })), encoderPatienceMs: 1 });
      assert.equal((await recall(query('refresh token')))[0]?.memory.id, 'jwt');
    }
  });

  it('embeds once what is asked of two stores, with what the first makes of it', async () => {
    const asked: string[] = [];
    const counting: Encoder = {
      ...encoder,
      embed: async (texts, purpose) => {
        if (purpose === 'query') asked.push(...texts);
        return encoder.embed(texts, purpose);
      },
    };
    const queries = new QueryVectors(() => counting);
    const retrieverOf = async (memories: Memory[]) => {
      const { store } = listStore(memories);
      const index = openMemoryIndex({ store, folder: undefined, encoder: () => counting, log: silentLog });
      await index.embedMissing(new AbortController().signal);
      return createRetriever({ store, index, queries });
    };
    const own = await retrieverOf([...filler, memory('Sessions in Redis', { id: 'a' })]);
    const others = await retrieverOf([memory('Sessions are short', { id: 'b' })]);
    const long = `sessions in redis ${'and then so much more of this and that '.repeat(10)}`;
    for (const text of ['sessions in redis', long]) {
      const [first, second] = await Promise.all([own.recall(query(text)), others.recall(query(text))]);
      assert.equal(first[0]?.memory.id, 'a');
      assert.equal(second[0]?.memory.id, 'b');
    }
    assert.equal(asked.length, 2);
    assert.ok(asked.every((text) => text.length <= 160));
  });

  it('says nothing to a query without content, but shows the newest while typing', async () => {
    const { ids } = await over([...filler, memory('pinned', { id: 'pin', pinned: true, atMs: NOON - 90 * DAY })]);
    for (const text of ['', '  ', 'what is it?', '...']) {
      assert.deepEqual(await ids(query(text)), []);
      assert.deepEqual(await ids(query(text, { limit: 3 }), { manner: 'typing' }), ['pin', 'f0', 'f1']);
    }
  });

  it('says nothing, with the floor, to what the store knows nothing of', async () => {
    const memories = [...filler, memory('JWT with refresh tokens, since sessions are not shared', { id: 'jwt' })];
    for (const model of [undefined, encoder]) {
      const { ids } = await over(memories, model);
      assert.deepEqual(await ids(query('write a haiku about gardening in kyoto'), { manner: 'unasked' }), []);
      assert.equal((await ids(query('why did we take JWT with refresh tokens?'), { manner: 'unasked' }))[0], 'jwt');
    }
  });

  it('settles near-ties by open file, kind, age and pin', async () => {
    const two = (a: Partial<Memory>, b: Partial<Memory> = {}) => [
      memory('Queue retries three times', { id: 'b', session: 'b', ...b } as never),
      memory('Queue retries three times', { id: 'a', session: 'a', ...a } as never),
    ];
    const first = async (memories: Memory[], asked = query('queue retries')) =>
      (await (await over([...memories, ...filler])).ids(asked))[0];
    assert.equal(await first(two({}, {})), 'a', 'ties by id');
    assert.equal(await first(two({}, { pinned: true })), 'b');
    assert.equal(await first(two({ atMs: NOON - 200 * DAY })), 'b');
    assert.equal(
      await first(
        two({}, { entities: { files: ['src/queue.ts'], symbols: [], commands: [] } }),
        query('queue retries', { files: ['/app/src/queue.ts'] }),
      ),
      'b',
    );
    assert.equal(await first(two({}, { kind: 'failed_attempt' }), query('what queue retries have we tried')), 'b');
  });

  it('is lifted by a neighbour that matches', async () => {
    const at = (i: number) => ({ session: 'talk', atMs: NOON + i });
    const { ids } = await over([
      memory('Should the queue retry?', { id: 'question', ...at(1) }),
      memory('Three times, then the dead letter box', { id: 'answer', ...at(2) }),
      ...filler,
    ]);
    assert.deepEqual(await ids(query('queue retry')), ['question', 'answer']);
  });

  it('gives the same answer to the same question', async () => {
    const memories = Array.from({ length: 60 }, (_, i) =>
      memory(`Token ${i % 7} of session ${i % 5}`, { id: `m${i}`, session: `s${i % 9}` }),
    );
    const { recall } = await over(memories, encoder);
    const again = await over([...memories].reverse(), undefined);
    const asked = query('token session', { limit: 30 });
    assert.deepEqual(await recall(asked), await recall(asked));
    assert.deepEqual(await again.ids(asked), await (await over(memories, undefined)).ids(asked));
  });

  it('gives scores from 0 to 1 in falling order, and says why', async () => {
    const auth = memory('Refresh the JWT in auth.ts', {
      id: 'a',
      atMs: NOON - 3 * DAY,
      entities: { files: ['src/auth.ts'], symbols: [], commands: [] },
    });
    const { recall } = await over([...filler, auth], encoder);
    const found = await recall(query('refreshing tokens in auth.ts'));
    for (const [i, { score }] of found.entries()) assert.ok(score >= 0 && score <= (found[i - 1]?.score ?? 1));
    assert.match(found[0]?.why ?? '', /^names `auth\.ts`.*; words: refreshing; similar -?\d?\.\d\d; 3 days ago$/);
  });

  it('tells what replaced a failed attempt right after it, once, and nothing else that merely came next', async () => {
    const told = (id: string, text: string, minute: number, outcome: 'failed' | null = null) =>
      memory(text, { id, session: 'upload', atMs: NOON - DAY + minute * 60_000, outcome });
    const { ids } = await over([
      ...filler,
      told('tried', 'Streaming uploads through the API ran out of memory', 0, 'failed'),
      told('other', 'Buttons are blue now', 1),
      told('instead', 'Uploads go straight to the bucket; the API signs the address', 2),
    ]);
    const asked = query('stream uploads through the api, ran out of memory');
    assert.deepEqual((await ids(asked, { manner: 'unasked' })).slice(0, 2), ['tried', 'instead']);
    assert.equal((await ids(asked, { manner: 'asked' })).filter((id) => id === 'instead').length, 1);
    assert.ok(!(await ids(asked, { manner: 'unasked' })).includes('other'));
  });

  it('says that a name matched only where the whole of it did', async () => {
    const { recall } = await over([...filler, memory('Apply the patch in src/sync/push.ts', { id: 'a' })]);
    const [found] = await recall(query('what does src/sync/apply.ts do?'));
    assert.match(found?.why ?? '', /^words: (?:src|sync|apply|ts)/);
  });
});
