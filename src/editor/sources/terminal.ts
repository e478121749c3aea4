// Terminal commands with their exit codes, by shell integration.
import * as vscode from 'vscode';
import type { SessionId, Signal } from '../../memory.ts';
import { Disposables, type Disposable } from '../../util/disposal.ts';

/** Output kept of one command: what went in first, and what came out last, where errors stand. */
const HEAD_CHARS = 4_000;
const TAIL_CHARS = 12_000;
/** A program that takes the whole screen (an editor, a pager) has no output worth reading. */
const ALTERNATE_SCREEN = '\u001b[?1049h';

export function watchTerminal(session: () => SessionId, take: (signals: readonly Signal[]) => void): Disposable {
  const owned = new Disposables();
  const outputs = new WeakMap<vscode.TerminalShellExecution, Promise<string>>();
  let count = 0;

  owned.own(
    vscode.window.onDidStartTerminalShellExecution(({ terminal, execution }) => {
      // Reading must begin in this very turn of the loop, or the first output is lost.
      if (!isRunByAgent(terminal)) outputs.set(execution, collect(execution.read()));
    }),
  );
  owned.own(
    vscode.window.onDidEndTerminalShellExecution(({ terminal, execution, exitCode }) => {
      const { commandLine } = execution;
      if (isRunByAgent(terminal) || commandLine.value.trim() === '' || isUnsure(commandLine)) return;
      const atMs = Date.now();
      const record = `${atMs}-${++count}`;
      void (outputs.get(execution) ?? Promise.resolve('')).then((text) =>
        take([
          {
            kind: 'command',
            place: { source: 'terminal', session: session(), record, atMs },
            commandLine: commandLine.value,
            ...(execution.cwd && { cwd: execution.cwd.fsPath }),
            ...(exitCode !== undefined && { exitCode }),
            text,
          },
        ]),
      );
    }),
  );
  return owned;
}

/** A command line that was only guessed from the screen may be anything. */
const isUnsure = (commandLine: vscode.TerminalShellExecutionCommandLine): boolean =>
  commandLine.confidence === vscode.TerminalShellExecutionCommandLineConfidence.Low;

/** What an agent runs stands in its transcript already: counted there, not here. */
function isRunByAgent({ creationOptions }: vscode.Terminal): boolean {
  return 'hideFromUser' in creationOptions && creationOptions.hideFromUser === true;
}

async function collect(chunks: AsyncIterable<string>): Promise<string> {
  let head = '';
  let tail = '';
  try {
    for await (const chunk of chunks) {
      if (chunk.includes(ALTERNATE_SCREEN)) return '';
      const room = HEAD_CHARS - head.length;
      head += chunk.slice(0, Math.max(0, room));
      tail = (tail + chunk.slice(Math.max(0, room))).slice(-TAIL_CHARS);
    }
  } catch {
    // The terminal was closed while it ran: what came so far is what there is.
  }
  return tail ? `${head}\n${tail}` : head;
}
