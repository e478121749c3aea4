// The link between processes, over real sockets.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_LINE_BYTES } from '../../src/link/lines.ts';
import type { MessageConnection } from '../../src/link/channels.ts';
import type { ServiceApi } from '../../src/link/protocol.ts';
import { LinkError, ask, hear, serve, tell } from '../../src/link/rpc.ts';
import { connect, listen } from '../../src/link/socket.ts';
import type { MemoryId } from '../../src/memory.ts';
import { Disposables } from '../../src/util/disposal.ts';
import { UserError } from '../../src/util/errors.ts';
import { stubApi } from '../support/stubApi.ts';

const TOKEN = 'a-token-of-the-test';

describe('link over a socket', function () {
  this.timeout(10_000);
  let owned: Disposables;
  let folder: string;
  let address: string;

  beforeEach(() => {
    owned = new Disposables();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-link-'));
    address = path.join(folder, 'run', 'x.sock');
    owned.defer(() => fs.rmSync(folder, { recursive: true, force: true }));
  });
  afterEach(() => owned.dispose());

  /** A server that answers with `api`; its connections, in order. */
  async function serving(api: ServiceApi): Promise<MessageConnection[]> {
    const connections: MessageConnection[] = [];
    const onConnection = (connection: MessageConnection) => {
      connections.push(connection);
      serve(connection, api);
    };
    owned.own(await listen({ path: address, token: TOKEN, onConnection }));
    return connections;
  }
  async function asking(limitMs?: number): Promise<ServiceApi> {
    return ask(owned.own(await connect(address, TOKEN)), limitMs === undefined ? {} : { limitMs });
  }
  /** Sends raw bytes; resolves with what came back by the time the server closed the socket. */
  function raw(bytes: string | Buffer): Promise<string> {
    return new Promise((resolve) => {
      const socket = net.connect(address);
      let heard = '';
      socket.on('data', (chunk) => (heard += String(chunk)));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(heard));
      socket.write(bytes);
      owned.defer(() => socket.destroy());
    });
  }

  it('carries questions and answers whole, in any language, undefined included', async () => {
    const text = 'naïve 漢字 🪨\u2028 "quotes"\n\\ and more'.repeat(1000);
    const { api, asked } = stubApi({ cursorOf: (_folder, key) => key, context: () => undefined });
    await serving(api);
    const client = await asking();
    assert.equal(await client.cursorOf(undefined, text), text);
    assert.equal(await client.context('/f', { kind: 'prompt', assistant: 'a', session: 's' as never, prompt: '', atMs: 1 }), undefined);
    assert.deepEqual(asked[0]?.args, [undefined, text]);
  });

  it('answers many clients at once, each with its own answers', async () => {
    const { api } = stubApi({ cursorOf: async (_folder, key) => (await sleep(Math.random() * 5), key) });
    await serving(api);
    const clients = await Promise.all(Array.from({ length: 40 }, () => asking()));
    const answers = await Promise.all(clients.flatMap((client, c) => [0, 1, 2].map((q) => client.cursorOf(undefined, `${c}:${q}`))));
    assert.deepEqual(
      answers,
      clients.flatMap((_client, c) => [0, 1, 2].map((q) => `${c}:${q}`)),
    );
  });

  it('brings failures to the asker, and UserErrors as UserErrors', async () => {
    const { api } = stubApi({
      list: () => {
        throw new UserError('The disk is full. Make room.');
      },
      status: () => {
        throw new TypeError('x is not a function');
      },
    });
    await serving(api);
    const client = await asking();
    await assert.rejects(client.list(undefined), (e) => e instanceof UserError && e.message === 'The disk is full. Make room.');
    await assert.rejects(client.status(), (e) => !(e instanceof UserError) && (e as Error).message === 'x is not a function');
  });

  it('refuses methods that do not exist, those of Object among them', async () => {
    await serving(stubApi({}).api);
    const connection = owned.own(await connect(address, TOKEN));
    await assert.rejects(connection.sendRequest('format', '/'), /no method "format"/);
    await assert.rejects(connection.sendRequest('toString'), /no method "toString"/);
    await assert.rejects(connection.sendRequest('constructor'), /no method/);
  });

  it('rejects what waits when the link closes, and what is asked afterwards', async () => {
    const { api } = stubApi({ list: () => new Promise(() => undefined) });
    const connections = await serving(api);
    const client = await asking();
    const waiting = client.list(undefined);
    while (connections.length === 0) await sleep(1);
    await sleep(20);
    connections[0]?.dispose();
    await assert.rejects(waiting, (e) => e instanceof LinkError && e.reason === 'closed');
    await assert.rejects(client.list(undefined), (e) => e instanceof LinkError && e.reason === 'closed');
  });

  it('does not wait longer than the time limit', async () => {
    await serving(stubApi({ list: () => new Promise(() => undefined), cursorOf: () => 'here' }).api);
    const client = await asking(50);
    await assert.rejects(client.list(undefined), (e) => e instanceof LinkError && e.reason === 'timeout');
    assert.equal(await client.cursorOf(undefined, 'x'), 'here', 'the link lives on');
  });

  it('tells events', async () => {
    const connections = await serving(stubApi({}).api);
    const connection = owned.own(await connect(address, TOKEN));
    const heard = new Promise((resolve) => hear(connection, { changed: resolve, log: () => undefined }));
    while (connections.length === 0) await sleep(1);
    tell(connections[0] as MessageConnection, 'changed', { revision: 7 });
    assert.deepEqual(await heard, { revision: 7 });
    connections[0]?.dispose();
    tell(connections[0] as MessageConnection, 'changed', { revision: 8 }); // Closed: no one to tell, no error.
  });

  it('closes on a wrong token, a longer one, and none', async () => {
    const { api, asked } = stubApi({ cursorOf: () => 'secret' });
    await serving(api);
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'cursorOf', params: [null, 'k'] });
    for (const token of ['wrong', `${TOKEN}x`, TOKEN.slice(1), '', 'x'.repeat(1_000)]) {
      assert.equal(await raw(`${token}\n${request}\n`), '', `token ${token.length}`);
    }
    assert.equal(await raw(Buffer.alloc(100_000, 120)), '', 'no line at all');
    await assert.rejects(ask(owned.own(await connect(address, 'wrong'))).cursorOf(undefined, 'k'), LinkError);
    assert.equal(asked.length, 0);
  });

  it('closes on a newcomer who says nothing', async () => {
    await serving(stubApi({}).api);
    const began = Date.now();
    assert.equal(await raw(TOKEN), '');
    assert.ok(Date.now() - began < 4_000);
  });

  it('hears a request that came in the same packet as the token, and one cut anywhere', async () => {
    await serving(stubApi({ cursorOf: (_folder, key) => key }).api);
    const bytes = Buffer.from(`${TOKEN}\n${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'cursorOf', params: [null, 'é🪨'] })}\n`);
    for (const cut of [bytes.length, 5, TOKEN.length, TOKEN.length + 1, bytes.indexOf('é') + 1, bytes.length - 1]) {
      const socket = net.connect(address);
      owned.defer(() => socket.destroy());
      socket.write(bytes.subarray(0, cut));
      await sleep(15);
      socket.write(bytes.subarray(cut));
      const answer = await new Promise((resolve) => socket.once('data', (chunk) => resolve(JSON.parse(String(chunk)))));
      assert.deepEqual(answer, { jsonrpc: '2.0', id: 1, result: 'é🪨' }, `cut at ${cut}`);
    }
  });

  it('is not harmed by garbage: closes that link, serves the others', async () => {
    await serving(stubApi({ cursorOf: (_folder, key) => key }).api);
    const bystander = await asking();
    const garbage = [
      'not json\n',
      '{"jsonrpc":"1.0"}\n',
      'null\n',
      '[]\n',
      '42\n',
      '{}\n',
      '\n',
      Buffer.from([0, 255, 254, 10, 10]),
      '{"jsonrpc":"2.0","method":"$/cancelRequest"}\n', // Makes the library itself throw.
    ];
    for (const bytes of garbage) await raw(Buffer.concat([Buffer.from(`${TOKEN}\n`), Buffer.from(bytes)]));
    assert.equal(await bystander.cursorOf(undefined, 'still here'), 'still here');
  });

  it('bounds a line, and a half-open asker does not keep it from ending', async () => {
    await serving(stubApi({ cursorOf: (_folder, key) => key }).api);
    const bystander = await asking();
    const half = net.connect(address);
    owned.defer(() => half.destroy());
    half.end(`${TOKEN}\n{"jsonrpc":`);
    await raw(Buffer.concat([Buffer.from(`${TOKEN}\n`), Buffer.alloc(MAX_LINE_BYTES + 1, 120)]));
    assert.equal(await bystander.cursorOf(undefined, 'k'), 'k');
  });

  it('lets only the user in', async function () {
    if (process.platform === 'win32') return;
    fs.mkdirSync(path.dirname(address), { mode: 0o755 });
    await serving(stubApi({}).api);
    assert.equal(fs.statSync(path.dirname(address)).mode & 0o777, 0o700);
    assert.equal(fs.statSync(address).mode & 0o777, 0o600);
  });

  /** A socket file without a server, as a killed process leaves it: closing would remove the file, so it is moved meanwhile. */
  async function leaveDeadSocket(): Promise<void> {
    fs.mkdirSync(path.dirname(address), { recursive: true });
    const dead = net.createServer();
    await new Promise<void>((resolve) => dead.listen(`${address}.was`, resolve));
    fs.linkSync(`${address}.was`, address);
    await new Promise((resolve) => dead.close(resolve));
  }

  it('replaces the socket of a server that died', async () => {
    await leaveDeadSocket();
    await assert.rejects(connect(address, TOKEN), LinkError);
    await serving(stubApi({ cursorOf: () => 'new' }).api);
    assert.equal(await (await asking()).cursorOf(undefined, 'k'), 'new');
  });

  it('replaces it also where this process is held up while it looks whether anybody answers', async () => {
    await leaveDeadSocket();
    const real = net.connect.bind(net);
    const busy = mock.method(net, 'connect', (to: string) => {
      process.nextTick(() => {
        const untilMs = performance.now() + 1_100;
        while (performance.now() < untilMs);
      });
      return real(to);
    });
    try {
      await serving(stubApi({ cursorOf: () => 'new' }).api);
      assert.equal(busy.mock.callCount(), 1);
    } finally {
      busy.mock.restore();
    }
    assert.equal(await (await asking()).cursorOf(undefined, 'k'), 'new');
  });

  it('leaves the socket of a living server alone', async () => {
    await serving(stubApi({ cursorOf: () => 'first' }).api);
    await assert.rejects(serving(stubApi({ cursorOf: () => 'second' }).api), UserError);
    assert.equal(await (await asking()).cursorOf(undefined, 'k'), 'first');
  });

  it('gives one of several that start at once the address', async () => {
    const starts = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => serving(stubApi({ cursorOf: () => `${i}` }).api)));
    assert.equal(starts.filter((start) => start.status === 'fulfilled').length, 1);
    const winner = starts.findIndex((start) => start.status === 'fulfilled');
    assert.equal(await (await asking()).cursorOf(undefined, 'k'), `${winner}`);
  });

  it('ends: the file is gone, askers are told, the address is free', async () => {
    await serving(stubApi({ forget: () => undefined }).api);
    const client = await asking();
    assert.equal(await client.forget(['m' as MemoryId], 5), undefined);
    owned.dispose();
    await assert.rejects(client.forget([], 5), LinkError);
    assert.ok(!fs.existsSync(address));
  });
});
