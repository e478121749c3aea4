// What a link may run over: a socket, or the channel between a process and its child. Both give a connection that
// listens already and ends with its channel, rejecting all that wait for an answer.
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';
import { LineReader, LineWriter } from './lines.ts';

export type { MessageConnection } from 'vscode-jsonrpc/node';

/**
 * Speaks over a connected socket; disposing of the connection destroys the socket. Handlers (`serve`, `hear`) set in the
 * same tick hear everything. `firstBytes`: what was read from the socket already.
 */
export function overSocket(socket: Socket, firstBytes?: Buffer): MessageConnection {
  // A reset by the other side is followed by 'close', which says all there is to say.
  socket.on('error', () => undefined);
  const connection = createMessageConnection(new LineReader(socket, firstBytes), new LineWriter(socket));
  socket.once('close', () => connection.dispose());
  connection.listen();
  return connection;
}

/** Speaks over the channel of a child made with `fork`, or, in the child, over `process`. */
export function overIpc(end: ChildProcess | NodeJS.Process): MessageConnection {
  const connection = createMessageConnection(new IPCMessageReader(end), new IPCMessageWriter(end));
  end.once('disconnect', () => connection.dispose());
  connection.listen();
  return connection;
}
