// Saved changes as small diffs: what changed between two savings of a file, not each keystroke.
import { structuredPatch, type StructuredPatch } from 'diff';
import * as vscode from 'vscode';
import type { SessionId, Signal } from '../../memory.ts';
import { Disposables, type Disposable } from '../../util/disposal.ts';

/** Larger files are generated or data; their diffs tell nothing a person would remember. */
const MAX_CHARS = 200_000;
/** A diff that takes more edits than this is a rewrite: it is told as such by git, not here. */
const MAX_EDITS = 400;
const MAX_DIFF_CHARS = 4_000;
/** Files whose text before the change is held in memory; the oldest goes first. */
const MAX_HELD = 50;

export function watchEdits(session: () => SessionId, take: (signals: readonly Signal[]) => void): Disposable {
  const owned = new Disposables();
  /** Text as last saved, of files that are open and small. */
  const saved = new Map<string, string>();

  function hold(document: vscode.TextDocument): void {
    if (!isOurs(document) || document.isDirty) return;
    const text = document.getText();
    saved.delete(document.uri.fsPath);
    if (text.length > MAX_CHARS) return;
    saved.set(document.uri.fsPath, text);
    for (const oldest of saved.keys()) {
      if (saved.size <= MAX_HELD) break;
      saved.delete(oldest);
    }
  }

  async function tell(document: vscode.TextDocument): Promise<void> {
    const path = document.uri.fsPath;
    const before = saved.get(path);
    hold(document);
    const after = saved.get(path);
    if (before === undefined || after === undefined || before === after) return;
    const patch = await diff(path, before, after);
    const first = patch?.hunks[0];
    if (!first) return;
    const atMs = Date.now();
    const text = patch.hunks.map((hunk) => [`@@ line ${hunk.newStart} @@`, ...hunk.lines].join('\n')).join('\n');
    const place = { source: 'edits' as const, session: session(), record: `${path}@${atMs}`, atMs, path, line: first.newStart };
    take([{ kind: 'edit', place, file: vscode.workspace.asRelativePath(path), text: text.slice(0, MAX_DIFF_CHARS) }]);
  }

  for (const document of vscode.workspace.textDocuments) hold(document);
  owned.own(vscode.workspace.onDidOpenTextDocument(hold));
  owned.own(vscode.workspace.onDidSaveTextDocument((document) => void tell(document)));
  return owned;
}

/** Files of the workspace on disk; not settings, output channels or what lies in a tool's own folder. */
function isOurs({ uri }: vscode.TextDocument): boolean {
  return (
    uri.scheme === 'file' &&
    vscode.workspace.getWorkspaceFolder(uri) !== undefined &&
    !/[\\/](\.git|node_modules|\.vscode)[\\/]/.test(uri.fsPath)
  );
}

/** In slices (the callback form yields to the event loop), and never for long. */
function diff(path: string, before: string, after: string): Promise<StructuredPatch | undefined> {
  return new Promise((resolve) => {
    structuredPatch(path, path, before, after, undefined, undefined, {
      context: 1,
      maxEditLength: MAX_EDITS,
      callback: (patch: StructuredPatch | undefined) => resolve(patch),
    });
  });
}
