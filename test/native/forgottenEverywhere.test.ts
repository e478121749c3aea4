// What was forgotten comes back on no path: recall in every manner, lists, context blocks, MCP, files on disk; not after a restart, a rebuilt index or a second telling.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { openProduct, type Product } from '../../bench/product.ts';
import { readDigest } from '../../src/inject/digest.ts';
import { claimStore } from '../../src/link/claimStore.ts';
import type { RepositoryId } from '../../src/link/identity.ts';
import type { StoreAddress } from '../../src/link/registry.ts';
import { serve } from '../../src/link/rpc.ts';
import { listen } from '../../src/link/socket.ts';
import type { MemoryId, RecallManner, SessionId, Signal } from '../../src/memory.ts';
import type { Encoder } from '../../src/model/encoder.ts';
import { openEncoder } from '../../src/model/openEncoder.ts';
import { vectorsOf } from '../../src/search/searchedText.ts';
import type { StoreApi } from '../../src/service/storeApi.ts';
import { Disposables } from '../../src/util/disposal.ts';
import { storeApiOf } from '../support/storeApiOf.ts';
import { freshFolders } from '../support/storeFolder.ts';
import { stubApi } from '../support/stubApi.ts';

const server = path.resolve(import.meta.dirname, '../../src/mcp.ts');
const never = new AbortController().signal;

/** Stands in what is to be forgotten and nowhere else; as it is, and as the word index has it. */
const NAME = /nightingal/i;
const SECRET = 'We decided to announce the Nightingale launch on the ninth of May, because the Nightingale tariff begins then.';
const KEPT = [
  'We decided to keep failed orders in a dead letter queue, because retries blocked the main queue for hours.',
  'We decided to use Postgres instead of Mongo, because orders need transactions.',
];
const QUESTION = 'When do we announce the Nightingale launch?';

let asked = 0;

describe('what was forgotten', function () {
  this.timeout(120_000);
  const freshFolder = freshFolders();
  let encoder: Encoder;
  let owned: Disposables;
  let home: string;
  let project: string;
  let address: StoreAddress;
  let product: Product;
  let api: StoreApi;
  let id: MemoryId;
  let isOpen = false;

  before(async () => (encoder = await openEncoder(path.resolve(import.meta.dirname, '../../models'))));
  after(() => encoder.dispose());
  beforeEach(async () => {
    owned = new Disposables();
    const base = freshFolder();
    home = path.join(base, 'home');
    project = path.join(base, 'project');
    fs.mkdirSync(project, { recursive: true });
    address = await claimStore(home, {
      folder: project,
      repository: 'folder:p' as RepositoryId,
      storage: path.join(base, 'store'),
      atMs: 1,
    });
    open();
    await tell();
    const secret = (await api.list(undefined)).filter(({ text }) => NAME.test(text));
    assert.equal(secret.length, 1);
    id = secret[0]?.id as MemoryId;
  });
  afterEach(() => {
    owned.dispose();
    close();
  });

  function open(): void {
    isOpen = true;
    // What was taken in a minute ago is due to be compressed.
    product = openProduct({ folder: address.store, encoder, now: () => Date.now() + 60_000 });
    api = storeApiOf(product.engine, { address });
  }

  function close(): void {
    if (isOpen) product.engine.dispose();
    isOpen = false;
  }

  /** A conversation of three turns; told again, it is the same one. */
  async function tell(): Promise<void> {
    const signals = [KEPT[0] as string, SECRET, KEPT[1] as string].flatMap((text, i): Signal[] => {
      const place = (part: string) =>
        ({ source: 'claude-code', session: 'talk' as SessionId, record: `${part}${i}`, atMs: i + 1 }) as const;
      return [
        { kind: 'prompt', place: place('ask'), text: `What about this, number ${i}?` },
        { kind: 'reply', place: place('say'), text },
      ];
    });
    await api.capture(undefined, signals);
    await product.engine.compressDue(never);
    await product.engine.embedMissing(never);
  }

  /** What a model is told that asks over MCP: by the window's service, or, when no window is open, out of the files. */
  async function overMcp(): Promise<string> {
    const listening = new Disposables();
    const stub = stubApi({ recall: (...args) => api.recall(...args) });
    if (isOpen) {
      const onConnection = (connection: Parameters<typeof serve>[0]) => serve(connection, stub.api);
      listening.own(await listen({ path: address.socket, token: address.token, onConnection }));
    }
    const client = new Client({ name: 'test', version: '1' }, { capabilities: {} });
    const env = { PATH: '/usr/bin:/bin', HOME: home, CAIRN_HOME: home, CAIRN_FOLDER: project };
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [server], cwd: project, env, stderr: 'pipe' }));
    try {
      const { content, isError } = await client.callTool({ name: 'recall', arguments: { query: QUESTION } });
      assert.ok(!isError, JSON.stringify(content));
      return JSON.stringify(content);
    } finally {
      await client.close();
      listening.dispose();
    }
  }

  /** All that the open store says of itself, by the way in which it was asked. */
  async function said(): Promise<Map<string, unknown>> {
    const atMs = Date.now();
    const ask = (text: string, manner: RecallManner) => api.recall(undefined, { text, atMs, limit: 50 }, manner);
    const asking = () => ({ assistant: 'test', session: `s${++asked}` as SessionId, atMs });
    const [vector] = await encoder.embed([QUESTION], 'query');
    assert.ok(vector);
    const { index, store } = product;
    return new Map<string, unknown>([
      ['typing', await ask('nightingale la', 'typing')],
      ['typing nothing yet', await ask('', 'typing')],
      ['typing with a slip', await ask('nightngale', 'typing')],
      ['asked', await ask(QUESTION, 'asked')],
      ['unasked', await ask(QUESTION, 'unasked')],
      ['beside its neighbours', await ask('why failed orders in a dead letter queue, why Postgres and transactions?', 'typing')],
      ['session start', await api.context(undefined, { kind: 'session_start', source: 'startup', ...asking() })],
      ['after a compaction', await api.context(undefined, { kind: 'session_start', source: 'compact', ...asking() })],
      ['prompt', await api.context(undefined, { kind: 'prompt', prompt: QUESTION, ...asking() })],
      ['MCP', await overMcp()],
      ['list', await api.list(undefined)],
      ['its session', store.ofSession('talk' as SessionId)],
      ['the newest', store.newest(100)],
      ['words', index.words(QUESTION, 50, false)],
      ['vectors', index.vectors(vector, 50)],
    ]);
  }

  const holds = (answer: unknown): boolean => {
    const text = JSON.stringify(answer) ?? '';
    return NAME.test(text) || text.includes(id);
  };
  /** The ways on which it is given; those on which nothing at all is given would hide a fault, so the others are looked for too. */
  async function waysThatGiveIt(): Promise<string[]> {
    const all = [...(await said())];
    const kept = all.filter(([, answer]) => /dead letter|Postgres/.test(JSON.stringify(answer) ?? '')).map(([way]) => way);
    for (const way of ['typing nothing yet', 'beside its neighbours', 'session start', 'list', 'its session', 'the newest']) {
      assert.ok(kept.includes(way), `${way}: what is kept is still given`);
    }
    return all.filter(([, answer]) => holds(answer)).map(([way]) => way);
  }
  const digest = (): unknown => readDigest(address.store);
  /** The derived files: at no time may they hold it once it is hidden. The database keeps it as long as it can be undone. */
  const indexFiles = (): string[] =>
    fs.readdirSync(address.store).filter((name) => /^(?:words|vectors|digest)/.test(name) && holds(bytesOf(name).toString('latin1')));
  const bytesOf = (name: string): Buffer => fs.readFileSync(path.join(address.store, name));
  /** Any file of a closed store. Its id may stay in the database: the ledger has it, and it tells the indexes what is gone. */
  const anyFiles = (vector: Buffer): string[] =>
    fs.readdirSync(address.store).filter((name) => NAME.test(bytesOf(name).toString('latin1')) || bytesOf(name).includes(vector));

  /** Few enough bytes to stand together in a file of pages. */
  function partOfVector(): Buffer {
    const vector = product.store.vector(id, vectorsOf(encoder));
    assert.ok(vector);
    return Buffer.from(vector.buffer).subarray(512, 576);
  }

  async function untilDigest(what: (answer: unknown) => boolean): Promise<void> {
    for (const endMs = Date.now() + 5_000; !what(digest()); await delay(20)) assert.ok(Date.now() < endMs, 'the digest is not renewed');
  }

  it('is given on every way before; on none at once after; and again when it is undone', async () => {
    const ways = [...(await said()).keys()];
    const given = async () => (await waysThatGiveIt()).sort();
    const everywhere = ways.filter((way) => way !== 'beside its neighbours').sort();
    const withNeighbours = (found: readonly string[]) => found.filter((way) => way !== 'beside its neighbours');
    product.index.save();
    await untilDigest(holds);
    assert.deepEqual(withNeighbours(await given()), everywhere);
    for (const name of ['digest.json', 'words.json']) assert.ok(indexFiles().includes(name), name);

    await api.forget([id], 60_000);
    // Before anything is asked: a search would clean up in the index.
    assert.deepEqual(indexFiles(), []);
    product.index.save();
    assert.deepEqual(indexFiles(), []);
    assert.deepEqual(await given(), []);
    await tell();
    assert.deepEqual(await given(), [], 'though the conversation was read anew');

    await api.undoForget([id]);
    await product.engine.embedMissing(never);
    assert.deepEqual(withNeighbours(await given()), everywhere);
  });

  it('is gone for good when the time to undo is over: after a restart, a rebuilt index, and a second telling', async () => {
    const vector = partOfVector();
    close();
    assert.ok(
      bytesOf('memory.db').includes(vector) && holds(bytesOf('memory.db').toString('latin1')),
      'or the look at the files would prove nothing',
    );
    open();
    product.index.save();

    await api.forget([id], 0);
    for (const endMs = Date.now() + 5_000; product.store.counts().pendingForget > 0; await delay(20)) assert.ok(Date.now() < endMs);
    assert.deepEqual(await waysThatGiveIt(), []);
    await api.undoForget([id]);
    await tell();
    assert.deepEqual(await waysThatGiveIt(), [], 'told a second time');
    await api.rebuildIndex();
    assert.deepEqual(await waysThatGiveIt(), [], 'index made anew');

    close();
    assert.deepEqual(anyFiles(vector), []);
    assert.ok(!holds(digest()));
    const unopened = await overMcp();
    assert.ok(!holds(unopened), unopened);
    open();
    assert.deepEqual(await waysThatGiveIt(), [], 'after a restart');
    close();
    fs.rmSync(path.join(address.store, 'words.json'));
    open();
    assert.deepEqual(await waysThatGiveIt(), [], 'after a restart without index files');
  });

  it('is forgotten with everything else: at once on every way, undone whole, and for good with what waited to be compressed', async () => {
    const vector = partOfVector();
    const waits = 'Nothing but this session tells that the Nightingale invoices go out on Fridays.';
    const place = { source: 'claude-code', session: 'later' as SessionId, record: 'w', atMs: 9 } as const;
    await api.capture(undefined, [{ kind: 'reply', place, text: waits }]);
    product.index.save();
    await untilDigest(holds);
    const before = (await api.list(undefined)).map((memory) => memory.id).sort();

    assert.deepEqual([...(await api.forgetEverything(undefined, 60_000))].sort(), before);
    assert.deepEqual(indexFiles(), []);
    assert.equal(digest(), undefined, 'renewed at once');
    await product.engine.compressDue(never);
    assert.deepEqual(
      [...(await said())].filter(([, answer]) => holds(answer) || /dead letter|Postgres/.test(JSON.stringify(answer) ?? '')),
      [],
    );
    assert.equal(product.store.counts().waiting, 1, 'nothing is dropped as long as it can be undone');

    await api.undoForget(before);
    assert.deepEqual((await api.list(undefined)).map((memory) => memory.id).sort(), before);
    assert.equal(product.store.counts().waiting, 1);

    await api.forgetEverything(undefined, 0);
    for (const endMs = Date.now() + 5_000; product.store.isEmptying; await delay(20)) assert.ok(Date.now() < endMs);
    assert.equal(product.store.counts().waiting, 0);
    await api.capture(undefined, [{ kind: 'reply', place, text: waits }]);
    await tell();
    assert.deepEqual(await api.list(undefined), [], 'told a second time');
    close();
    assert.deepEqual(anyFiles(vector), []);
    assert.equal(digest(), undefined);
    const unopened = await overMcp();
    assert.ok(!holds(unopened), unopened);
  });

  it('is gone for good with everything else when the window is closed before the time to undo is over', async () => {
    const vector = partOfVector();
    const place = { source: 'claude-code', session: 'later' as SessionId, record: 'w', atMs: 9 } as const;
    await api.capture(undefined, [{ kind: 'reply', place, text: 'The Nightingale invoices go out on Fridays.' }]);
    await api.forgetEverything(undefined, 60_000);
    close();
    open();
    assert.deepEqual([await api.list(undefined), product.store.counts().waiting], [[], 0]);
    close();
    assert.deepEqual(anyFiles(vector), []);
  });

  it('is gone for good when the window is closed before the time to undo is over', async () => {
    const vector = partOfVector();
    await api.forget([id], 60_000);
    close();
    assert.ok(!holds(digest()));
    const unopened = await overMcp();
    assert.ok(!holds(unopened), unopened);
    open();
    assert.deepEqual(await waysThatGiveIt(), []);
    await api.undoForget([id]);
    await tell();
    assert.deepEqual(await waysThatGiveIt(), []);
    close();
    assert.deepEqual(anyFiles(vector), []);
  });
});
