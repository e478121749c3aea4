// Which files are open, told to the service as it changes: what an assistant is given follows them.
import * as vscode from 'vscode';
import { Disposables, type Disposable } from '../util/disposal.ts';

/** Whoever clicks through ten files means the last. */
const AFTER_MS = 300;
const MOST = 8;

export interface OpenFiles extends Disposable {
  /** Tells all of it now, whatever was told before: for a service that has just begun. */
  tellAll(): void;
}

/** `tell`: files of one workspace folder, the active one first. Called for each folder that has some open, and once with none when it has no more. */
export function watchOpenFiles(tell: (folder: string, files: readonly string[]) => void): OpenFiles {
  const owned = new Disposables();
  let told = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;

  function tellNow(): void {
    const now = Map.groupBy(openFiles(), ({ folder }) => folder);
    for (const folder of told.keys()) if (!now.has(folder)) now.set(folder, []);
    const before = told;
    told = new Map();
    for (const [folder, open] of now) {
      const files = open.slice(0, MOST).map(({ file }) => file);
      if (files.length > 0) told.set(folder, files.join('\n'));
      if (before.get(folder) !== told.get(folder)) tell(folder, files);
    }
  }
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(tellNow, AFTER_MS);
  };
  owned.own(vscode.window.onDidChangeActiveTextEditor(soon));
  owned.own(vscode.window.tabGroups.onDidChangeTabs(soon));
  owned.defer(() => clearTimeout(timer));
  return {
    tellAll() {
      told.clear();
      tellNow();
    },
    dispose: () => owned.dispose(),
  };
}

/** The active editor's, then those in front in other groups, then the other tabs'. */
function openFiles(): { readonly folder: string; readonly file: string }[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const inFront = tabs.filter((tab) => tab.isActive);
  const uris = [vscode.window.activeTextEditor?.document.uri, ...[...inFront, ...tabs].map(({ input }) => uriOf(input))];
  const files = uris.filter((uri) => uri?.scheme === 'file');
  return [...new Map(files.map((uri) => [uri?.fsPath, uri])).values()].flatMap((uri) => {
    const folder = uri && vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    return uri && folder !== undefined ? [{ folder, file: uri.fsPath }] : [];
  });
}

const uriOf = (input: unknown): vscode.Uri | undefined => (input instanceof vscode.TabInputText ? input.uri : undefined);
