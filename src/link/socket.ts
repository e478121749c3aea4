// The socket of a store: the way in for hooks, MCP servers and the services of other windows. It lies in a folder that
// only the user can enter, and its first line must be the store's token.
import { timingSafeEqual } from 'node:crypto';
import fs from 'node:fs';
import net, { type Socket } from 'node:net';
import path from 'node:path';
import type { Disposable } from '../util/disposal.ts';
import { UserError, codeOf } from '../util/errors.ts';
import { overSocket, type MessageConnection } from './channels.ts';
import { withLock } from './fileLock.ts';
import { ensurePrivateFolder } from './paths.ts';
import { LinkError } from './rpc.ts';

/** How long a newcomer may take to say the token: it is sent with the first packet. */
const TOKEN_WITHIN_MS = 2_000;
const MAX_TOKEN_BYTES = 256;
/** Far more than a user has assistants and windows; keeps a run-away program from using up our file handles. */
const MAX_CLIENTS = 256;
/** Whether somebody answers at an address is known at once on this machine; this is for a process that is stopped. */
const PROBE_MS = 1_000;
/** The first data of a slow machine under load. */
const CONNECT_MS = 3_000;

export interface SocketOptions {
  readonly path: string;
  readonly token: string;
  /** A newcomer who knew the token. Set handlers (`serve`) before returning; the connection ends with its socket. */
  readonly onConnection: (connection: MessageConnection) => void;
}

/**
 * Listens for askers. A socket file that nobody answers at is removed first; one that somebody answers at is left alone
 * and rejects with a `UserError`. Disposing ends all connections.
 */
export async function listen({ path: address, token, onConnection }: SocketOptions): Promise<Disposable> {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A reset is followed by 'close', which says all there is to say.
    socket.on('error', () => undefined);
    admit(socket, token, onConnection);
  });
  server.maxConnections = MAX_CLIENTS;
  if (isPipe(address)) await open(server, address);
  else {
    ensurePrivateFolder(path.dirname(address));
    await claimAddress(server, address);
  }
  return {
    dispose: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Connects to a store's socket. Rejects with a `LinkError` when nobody answers; a wrong token shows as a link that closes. */
export async function connect(address: string, token: string, limitMs = CONNECT_MS): Promise<MessageConnection> {
  const socket = net.connect(address);
  const failure = await connected(socket, limitMs);
  if (failure) {
    socket.destroy();
    throw new LinkError(failure === 'timeout' ? 'timeout' : 'closed', `nobody answers at the store's socket (${failure})`);
  }
  socket.write(`${token}\n`);
  return overSocket(socket);
}

function admit(socket: Socket, token: string, onConnection: (connection: MessageConnection) => void): void {
  let heard = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), TOKEN_WITHIN_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.on('data', function onData(chunk: Buffer) {
    const end = chunk.indexOf(10);
    heard = Buffer.concat([heard, end < 0 ? chunk : chunk.subarray(0, end)]);
    if (heard.length > MAX_TOKEN_BYTES) socket.destroy();
    if (end < 0 || socket.destroyed) return;
    clearTimeout(timer);
    socket.off('data', onData);
    if (isSame(heard, Buffer.from(token))) onConnection(overSocket(socket, chunk.subarray(end + 1)));
    else socket.destroy();
  });
}

const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
const isPipe = (address: string): boolean => address.startsWith('\\\\');

/** Listens at a path, having removed the file of a server that died. Under a lock: two that find the same stale file must not remove each other's new one. */
async function claimAddress(server: net.Server, address: string): Promise<void> {
  await withLock(`${address}.lock`, async () => {
    if (await answers(address)) throw taken(address);
    fs.rmSync(address, { force: true });
    await open(server, address);
    fs.chmodSync(address, 0o600);
  });
}
const taken = (address: string): UserError =>
  new UserError(`Another Cairn already listens at ${address}. Close the other window, or reload this one.`);

function open(server: net.Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(codeOf(error) === 'EADDRINUSE' ? taken(address) : error));
    server.listen(address, () => {
      server.removeAllListeners('error');
      server.on('error', () => undefined); // A connection that could not be accepted; the next one can.
      resolve();
    });
  });
}

async function answers(address: string): Promise<boolean> {
  const socket = net.connect(address);
  const failure = await connected(socket, PROBE_MS);
  socket.destroy();
  return failure === undefined || failure === 'timeout';
}

/** Undefined once connected, else why it did not: an error's code or 'timeout'. */
function connected(socket: Socket, limitMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Where this process itself was busy for so long, the answer may be there, unread: timers come first in a turn of the event loop, so it is read before.
    const timer = setTimeout(() => setImmediate(resolve, 'timeout'), limitMs);
    const done = (outcome: string | undefined) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    socket.once('connect', () => done(undefined));
    socket.once('error', (error) => done(codeOf(error) ?? 'unknown'));
  });
}
