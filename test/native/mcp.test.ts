// The MCP server as an assistant starts it, spoken to by the protocol's own client.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { MessageConnection } from '../../src/link/channels.ts';
import { claimStore } from '../../src/link/claimStore.ts';
import type { RepositoryId } from '../../src/link/identity.ts';
import { GLOBAL_REPOSITORY, type StoreAddress } from '../../src/link/registry.ts';
import type { Asked } from '../../src/link/protocol.ts';
import { serve } from '../../src/link/rpc.ts';
import { listen } from '../../src/link/socket.ts';
import type { Memory, MemoryDraft, MemoryId, Recollection, SessionId } from '../../src/memory.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import { Disposables } from '../../src/util/disposal.ts';
import { UserError } from '../../src/util/errors.ts';
import { stubApi, type StubApi } from '../support/stubApi.ts';

const script = path.resolve(import.meta.dirname, '../../src/mcp.ts');
const session = 's1' as SessionId;

function draft(text: string): MemoryDraft {
  const place = { source: 'user', session, record: 'r1', atMs: 1_000 } as const;
  const entities = { files: [], symbols: [], commands: [] };
  return {
    kind: 'decision',
    text,
    outcome: null,
    scope: 'project',
    entities,
    evidence: [{ place, quote: text }],
    weight: 1,
    context: '',
    segments: [],
  };
}
function recollection(id: string, text: string, score: number): Recollection {
  const kept = {
    id: id as MemoryId,
    source: 'user',
    session,
    status: 'active',
    pinned: false,
    isOwn: true,
    atMs: 1_000,
    updatedAtMs: 1_000,
  } as const;
  const memory: Memory = { ...draft(text), ...kept };
  return { memory, score, why: 'a word' };
}

describe('MCP server', function () {
  this.timeout(20_000);
  let owned: Disposables;
  let base: string;
  let home: string;
  let project: string;
  let clients: Client[];

  beforeEach(() => {
    owned = new Disposables();
    base = fs.realpathSync.native(fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-mcp-')));
    home = path.join(base, '.cairn');
    project = path.join(base, 'project');
    fs.mkdirSync(project);
    clients = [];
    owned.defer(() => fs.rmSync(base, { recursive: true, force: true }));
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    owned.dispose();
  });

  const claim = (): Promise<StoreAddress> =>
    claimStore(home, { folder: project, repository: 'folder:p' as RepositoryId, storage: path.join(base, 'store'), atMs: 1 });
  async function serving(address: StoreAddress, answers: Parameters<typeof stubApi>[0]): Promise<StubApi> {
    const stub = stubApi(answers);
    const onConnection = (connection: MessageConnection) => serve(connection, stub.api);
    owned.own(await listen({ path: address.socket, token: address.token, onConnection }));
    return stub;
  }
  /** A client of a server started in `base`, told of the project as `env` and `roots` say. */
  async function client(options: { env?: Record<string, string>; roots?: string[] } = { env: { CAIRN_FOLDER: project } }): Promise<Client> {
    const capabilities = options.roots ? { roots: {} } : {};
    const made = new Client({ name: 'test', version: '1' }, { capabilities });
    const { roots } = options;
    if (roots) made.setRequestHandler(ListRootsRequestSchema, () => ({ roots: roots.map((root) => ({ uri: pathToFileURL(root).href })) }));
    const env = { PATH: '/usr/bin:/bin', HOME: base, CAIRN_HOME: home, ...options.env };
    await made.connect(new StdioClientTransport({ command: process.execPath, args: [script], cwd: base, env, stderr: 'pipe' }));
    clients.push(made);
    return made;
  }
  async function call(from: Client, name: string, args: Record<string, unknown>): Promise<{ text: string; isError: boolean }> {
    const { content, isError } = await from.callTool({ name, arguments: args });
    return { text: (content as { text: string }[]).map((part) => part.text).join('\n'), isError: isError === true };
  }

  it('introduces itself: when to recall, two short tools, one of them read-only', async () => {
    const server = await client();
    assert.match(server.getInstructions() ?? '', /^Call `recall` before /);
    const { tools } = await server.listTools();
    assert.deepEqual(
      tools.map((tool) => [tool.name, tool.annotations?.readOnlyHint]),
      [
        ['recall', true],
        ['remember', false],
      ],
    );
    assert.ok(JSON.stringify(tools).length < 2_000, 'it is in every request of the assistant');
  });

  it('recalls from the service, project and user together, as a block that is not learnt again', async () => {
    const answers = { recall: () => [recollection('a', 'JWT with refresh tokens', 0.8)], recordAsked: () => undefined };
    const { asked } = await serving(await claim(), answers);
    const global = await claimStore(home, { repository: GLOBAL_REPOSITORY, storage: path.join(base, 'global'), atMs: 1 });
    await serving(global, { recall: () => [recollection('b', 'Always use strict mode', 0.9)] });
    const { text, isError } = await call(await client(), 'recall', { query: 'auth', limit: 3 });
    assert.equal(isError, false);
    assert.match(text, /^<cairn-memory[^]*strict mode[^]*JWT with refresh tokens[^]*<\/cairn-memory>$/);
    const [folder, query, manner] = asked[0]?.args as [string, { text: string; limit: number }, string];
    assert.deepEqual([folder, query.text, query.limit, manner], [project, 'auth', 3, 'asked']);
    assert.deepEqual(asked[1]?.method, 'recordAsked', 'the ledger of the project hears what was told');
    const [told] = asked[1]?.args as [Asked];
    assert.deepEqual([told.assistant, told.memories, told.text], ['test', ['b', 'a'], text]);
  });

  it('says so when nothing is found, which is nothing for the ledger', async () => {
    const { asked } = await serving(await claim(), { recall: () => [] });
    assert.deepEqual(await call(await client(), 'recall', { query: 'x' }), { text: 'Nothing is remembered about this.', isError: false });
    assert.equal(asked.length, 1);
  });

  it('remembers, where it is told to', async () => {
    const project1 = await serving(await claim(), { remember: () => recollection('a', 't', 1).memory });
    const global = await claimStore(home, { repository: GLOBAL_REPOSITORY, storage: path.join(base, 'global'), atMs: 1 });
    const user = await serving(global, { remember: () => recollection('b', 't', 1).memory });
    const server = await client();
    assert.equal((await call(server, 'remember', { text: 'We deploy on Fridays', kind: 'decision' })).text, 'Remembered.');
    await call(server, 'remember', { text: 'I like tabs', kind: 'preference', scope: 'global' });
    const what = (stub: StubApi) => stub.asked.map(({ args }) => ({ ...(args[1] as object), atMs: 0 }));
    assert.deepEqual(what(project1), [{ kind: 'decision', text: 'We deploy on Fridays', scope: 'project', source: 'model', atMs: 0 }]);
    assert.deepEqual(what(user), [{ kind: 'preference', text: 'I like tabs', scope: 'global', source: 'model', atMs: 0 }]);
  });

  it('finds the project by roots, by Claude’s variable, and by cwd, in this order', async () => {
    await serving(await claim(), { recall: () => [recollection('a', 'found it', 1)] });
    for (const options of [
      { roots: [project] },
      { roots: [base], env: { CLAUDE_PROJECT_DIR: project } },
      { env: { CLAUDE_PROJECT_DIR: project } },
    ]) {
      assert.match((await call(await client(options), 'recall', { query: 'x' })).text, /found it/);
    }
    const { text, isError } = await call(await client({}), 'recall', { query: 'x' });
    assert.ok(isError);
    assert.match(text, /no memories of this folder yet/);
  });

  it('reads the store by words, changing nothing, when no window is open', async () => {
    const { store: folder } = await claim();
    const store = openStore(folder);
    for (let i = 0; i < 30; i++) {
      store.add(draft(`The widget number ${i} is painted green by hand`), { source: 'user', session, isOwn: true, atMs: 1_000 });
    }
    const by = { source: 'user', session, isOwn: true, atMs: 1_000 } as const;
    store.add(draft('Sessions use JWT with refresh tokens in authGuard.ts'), by);
    store.close();
    const before = fs.readdirSync(folder).filter((name) => !/-(?:shm|wal)$/.test(name));
    const server = await client();
    assert.match((await call(server, 'recall', { query: 'JWT refresh tokens authGuard' })).text, /JWT with refresh tokens/);
    assert.deepEqual(await call(server, 'recall', { query: 'kubernetes ingress' }), {
      text: 'Nothing is remembered about this.',
      isError: false,
    });
    assert.deepEqual(
      fs.readdirSync(folder).filter((name) => !/-(?:shm|wal)$/.test(name)),
      before,
    );
    const kept = await call(server, 'remember', { text: 'Something new', kind: 'todo' });
    assert.ok(kept.isError);
    assert.match(kept.text, /No editor window/);
  });

  it('tells failures in plain words, and bugs without their insides', async () => {
    let failure: Error = new UserError('The disk is full. Make room.');
    await serving(await claim(), {
      recall: () => {
        throw failure;
      },
    });
    const server = await client();
    assert.deepEqual(await call(server, 'recall', { query: 'x' }), { text: 'The disk is full. Make room.', isError: true });
    failure = new TypeError('the user’s secret is not a function');
    assert.deepEqual(await call(server, 'recall', { query: 'x' }), { text: 'Cairn could not answer. Go on without it.', isError: true });
    assert.ok((await call(server, 'recall', { query: '' })).isError, 'an empty query');
    assert.ok((await call(server, 'remember', { text: 'x y z', kind: 'gossip' })).isError, 'an unknown kind');
  });
});
