// The editor's own sources together: which are on, and where their signals go.
import * as vscode from 'vscode';
import type { Signal } from '../../memory.ts';
import { Disposables, type Disposable } from '../../util/disposal.ts';
import type { Log } from '../../util/log.ts';
import { watchEdits } from './edits.ts';
import { watchGit } from './git.ts';
import { workStretch } from './stretch.ts';
import { watchTerminal } from './terminal.ts';

export interface EditorWatchParts {
  readonly capture: (folder: string | undefined, signals: readonly Signal[]) => Promise<number>;
  readonly log: Log;
}

export interface EditorWatch extends Disposable {
  /** Switches sources on and off; at once. */
  useSources(sources: readonly string[]): void;
}

export function watchEditor({ capture, log }: EditorWatchParts): EditorWatch {
  const session = workStretch();
  const active = new Map<string, Disposable>();
  const owned = new Disposables();

  const take = (signals: readonly Signal[]): void => {
    // Lost only when the service could not be reached for a while: it says so itself, and the work must not stand still for it.
    capture(folderOf(signals[0]), signals).catch((thrown: unknown) =>
      log.warn('a signal was not taken in', thrown instanceof Error ? thrown.name : ''),
    );
  };
  const starters: Readonly<Record<string, () => Disposable>> = {
    terminal: () => watchTerminal(session, take),
    edits: () => watchEdits(session, take),
    git: () => watchGit(session, take, log),
  };
  owned.defer(() => active.forEach((source) => source.dispose()));

  return {
    useSources(sources) {
      for (const [name, start] of Object.entries(starters)) {
        const isOn = sources.includes(name) && !owned.isDisposed;
        if (isOn && !active.has(name)) active.set(name, start());
        if (!isOn) {
          active.get(name)?.dispose();
          active.delete(name);
        }
      }
    },
    dispose: () => owned.dispose(),
  };
}

/** The workspace folder that a signal is about; the window's first where it names none. */
function folderOf(signal: Signal | undefined): string | undefined {
  const at = signal?.kind === 'command' ? signal.cwd : signal?.place.path;
  const folder = at === undefined ? undefined : vscode.workspace.getWorkspaceFolder(vscode.Uri.file(at));
  return folder?.uri.fsPath;
}
