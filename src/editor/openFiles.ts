// Which files are open, told to the service as it changes: what an assistant is given follows them.
import * as vscode from 'vscode';
import { Disposables, type Disposable } from '../util/disposal.ts';
import { Emitter, type Event } from '../util/events.ts';

/** Whoever clicks through ten files means the last. */
const AFTER_MS = 300;
const MOST = 8;

/** A file of the workspace; `folder` is the workspace folder's path as the editor spells it. */
export interface OpenFile {
  readonly folder: string;
  readonly file: string;
}

export interface OpenFiles extends Disposable {
  /** That of the active editor. While something else is in front that is no file, a panel say, the last one, as long as it is open. */
  readonly active: OpenFile | undefined;
  /** After `active` may have changed, and the service was told. */
  readonly onDidTell: Event<void>;
  /** Tells all of it now, whatever was told before: for a service that has just begun. */
  tellAll(): void;
}

/** `tell`: files of one workspace folder, the active one first. Called for each folder that has some open, and once with none when it has no more. */
export function watchOpenFiles(tell: (folder: string, files: readonly string[]) => void): OpenFiles {
  const owned = new Disposables();
  const didTell = owned.own(new Emitter<void>());
  let last = vscode.window.activeTextEditor?.document.uri;
  let told = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;

  function tellNow(): void {
    const now = Map.groupBy(openFiles(last), ({ folder }) => folder);
    for (const folder of told.keys()) if (!now.has(folder)) now.set(folder, []);
    const before = told;
    told = new Map();
    for (const [folder, open] of now) {
      const files = open.slice(0, MOST).map(({ file }) => file);
      if (files.length > 0) told.set(folder, files.join('\n'));
      if (before.get(folder) !== told.get(folder)) tell(folder, files);
    }
    didTell.fire();
  }
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(tellNow, AFTER_MS);
  };
  owned.own(
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (editor?.document.uri.scheme === 'file') last = editor.document.uri;
      soon();
    }),
  );
  owned.own(vscode.window.tabGroups.onDidChangeTabs(soon));
  owned.defer(() => clearTimeout(timer));
  return {
    get active() {
      const [first] = openFiles(last);
      return first?.file === last?.fsPath ? first : undefined;
    },
    onDidTell: didTell.event,
    tellAll() {
      told.clear();
      tellNow();
    },
    dispose: () => owned.dispose(),
  };
}

/** The one last active first, then those in front in other groups, then the other tabs'. */
function openFiles(last: vscode.Uri | undefined): OpenFile[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const inFront = tabs.filter((tab) => tab.isActive);
  const open = [...inFront, ...tabs].map(({ input }) => uriOf(input)).filter((uri) => uri?.scheme === 'file');
  const isOpen = last && open.some((uri) => uri?.fsPath === last.fsPath);
  const uris = [vscode.window.activeTextEditor?.document.uri, ...(isOpen ? [last] : []), ...open].filter((uri) => uri?.scheme === 'file');
  return [...new Map(uris.map((uri) => [uri?.fsPath, uri])).values()].flatMap((uri) => {
    const folder = uri && vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    return uri && folder !== undefined ? [{ folder, file: uri.fsPath }] : [];
  });
}

const uriOf = (input: unknown): vscode.Uri | undefined => (input instanceof vscode.TabInputText ? input.uri : undefined);
