// The pruning panel: what the next session will be told, what was given, what is worth a look, and all there is. This side opens it, answers its page and tells
// it of changes; what it looks like is in `webview/`.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ChildService } from '../link/childService.ts';
import type { Memory } from '../memory.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';
import type { Log } from '../util/log.ts';
import { TABS, type Hello, type PageNews, type Presence, type Tab, type ToPage, type Undoable } from '../../webview/protocol.ts';
import type { Forgetting } from './forgetting.ts';
import type { OpenFile, OpenFiles } from './openFiles.ts';
import { PRESENCES, answering } from './pageAnswers.ts';
import { pageHtml } from './pageHtml.ts';

/** Also in the manifest: the editor starts us to bring the panel back after a reload. */
export const PANEL = 'cairn.prune';
/** Changes come in bursts while conversations are read and memories forgotten. */
const BURST_MS = 100;

/** Where to open it: a tab, and in `next` a prompt to try. */
export interface PanelPlace {
  readonly tab?: Tab;
  readonly prompt?: string;
}

export interface PrunePanelParts {
  readonly service: Pick<ChildService, 'api' | 'state' | 'onDidChange' | 'onDidChangeState'>;
  readonly forgetting: Forgetting;
  readonly openFiles: Pick<OpenFiles, 'active' | 'onDidTell'>;
  /** The extension's folder. */
  readonly home: vscode.Uri;
  /** Resolves when the service knows this window. */
  readonly isReady: () => Promise<void>;
  /** A workspace folder, as the service knows it. */
  readonly realFolder: (folder: string) => string | undefined;
  readonly isPaused: () => boolean;
  /** Assistants that ask us, by their names for people. */
  readonly connected: () => readonly string[];
  readonly openSource: (memory: Memory, column: vscode.ViewColumn) => Promise<void>;
  /** Starts the service again. */
  readonly restart: () => void;
  readonly showLog: () => void;
  readonly log: Log;
}

/** There is at most one, in whatever column the person has put it. */
export class PrunePanel implements Disposable, vscode.WebviewPanelSerializer {
  readonly #parts: PrunePanelParts;
  readonly #owned = new Disposables();
  #showing: Showing | undefined;

  constructor(parts: PrunePanelParts) {
    this.#parts = parts;
    this.#owned.own(vscode.window.registerWebviewPanelSerializer(PANEL, this));
    this.#owned.defer(() => this.#showing?.dispose());
  }

  /** Opens it in the active column, or brings it to the front where it is. Anything but a known tab and a text in `place` is passed over: keybindings are written by hand. */
  open(place: PanelPlace = {}): void {
    const wanted = placeOf(place);
    if (!this.#showing) {
      const panel = vscode.window.createWebviewPanel(PANEL, 'Cairn: Prune Memories', vscode.ViewColumn.Active);
      this.#show(panel, wanted);
      return;
    }
    this.#showing.goTo(wanted);
  }

  /** Called by the editor for a panel that was open when the window was reloaded. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    if (this.#showing) panel.dispose();
    else this.#show(panel, {});
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #show(panel: vscode.WebviewPanel, wanted: PanelPlace): void {
    const showing = new Showing(this.#parts, panel, wanted, () => {
      if (this.#showing === showing) this.#showing = undefined;
    });
    this.#showing = showing;
  }
}

/** One panel from its opening to its end. Its page comes and goes within that time: it is not kept while it is hidden. */
class Showing implements Disposable {
  readonly #owned = new Disposables();
  readonly #parts: PrunePanelParts;
  readonly #panel: vscode.WebviewPanel;
  /** Where the page is to go as soon as it is there. */
  #wanted: PanelPlace;
  #isPageThere = false;
  #revision = 0;
  #burst: NodeJS.Timeout | undefined;
  /** What the page was told last, or takes for granted when it comes. */
  #toldUndo = 'null';
  #toldPresence: Presence = 'here';

  constructor(parts: PrunePanelParts, panel: vscode.WebviewPanel, wanted: PanelPlace, onGone: () => void) {
    this.#parts = parts;
    this.#panel = panel;
    this.#wanted = wanted;
    const { service, forgetting, openFiles, home, log } = parts;
    const answer = answering({
      api: service.api,
      forgetting,
      isReady: parts.isReady,
      folder: () => realFolderOf(parts, openFiles.active),
      hello: () => this.#hello(),
      openSource: (memory) => parts.openSource(memory, columnBeside(panel)),
      copyText: async (text) => vscode.env.clipboard.writeText(text),
      restart: parts.restart,
      showLog: parts.showLog,
      now: Date.now,
      log,
    });
    this.#owned.own(
      panel.onDidDispose(() => {
        onGone();
        this.#owned.dispose();
      }),
    );
    this.#owned.own(
      panel.webview.onDidReceiveMessage(async (message: unknown) => {
        const answered = await answer(message);
        if (answered) this.#post(answered);
        if (isHello(message)) this.#greet();
      }),
    );
    this.#owned.own(
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#isPageThere = false;
      }),
    );
    this.#owned.own(service.onDidChange(() => this.#changed()));
    this.#owned.own(service.onDidChangeState(() => this.#tellPresence()));
    this.#owned.own(openFiles.onDidTell(() => this.#changed()));
    this.#owned.own(forgetting.onDidChange(() => this.#tellUndo()));
    this.#owned.defer(() => clearTimeout(this.#burst));

    const folder = vscode.Uri.joinPath(home, 'dist', 'webview');
    panel.iconPath = {
      light: vscode.Uri.joinPath(home, 'media', 'panel-light.svg'),
      dark: vscode.Uri.joinPath(home, 'media', 'panel-dark.svg'),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    panel.webview.html = pageHtml(panel.webview, folder);
  }

  goTo(place: PanelPlace): void {
    this.#wanted = place;
    this.#panel.reveal();
    if (this.#isPageThere) this.#tellWanted();
  }

  /** Lets go of the panel without closing it: the editor brings it back after a reload. */
  dispose(): void {
    this.#owned.dispose();
  }

  #hello(): Hello {
    const { openFiles, isPaused, connected } = this.#parts;
    return {
      isTrusted: vscode.workspace.isTrusted,
      isPaused: isPaused(),
      connected: connected(),
      ...(this.#wanted.tab !== undefined && { tab: this.#wanted.tab }),
      ...openFileOf(openFiles.active),
    };
  }

  /** What a page that has just come must know beside the answer to its hello. */
  #greet(): void {
    this.#isPageThere = true;
    this.#toldUndo = 'null';
    this.#toldPresence = 'here';
    this.#tellUndo();
    this.#tellPresence();
    this.#tellWanted();
  }

  #tellWanted(): void {
    const { tab, prompt } = this.#wanted;
    this.#wanted = {};
    if (tab !== undefined) this.#post({ kind: 'show', tab, ...(prompt !== undefined && { prompt }) });
  }

  #changed(): void {
    this.#burst ??= setTimeout(() => {
      this.#burst = undefined;
      this.#post({ kind: 'changed', revision: ++this.#revision, ...openFileOf(this.#parts.openFiles.active) });
    }, BURST_MS);
  }

  /** The page counts down by itself: it is told only when there is another thing to undo. */
  #tellUndo(): void {
    const [latest] = this.#parts.forgetting.pending;
    const undo: Undoable | null = latest ? { count: latest.memories.length, untilMs: latest.untilMs } : null;
    const told = JSON.stringify(undo);
    if (told === this.#toldUndo) return;
    this.#toldUndo = told;
    this.#post({ kind: 'undo', undo });
    this.#changed();
  }

  #tellPresence(): void {
    const presence = PRESENCES[this.#parts.service.state];
    if (presence === this.#toldPresence) return;
    this.#toldPresence = presence;
    this.#post({ kind: 'service', presence });
  }

  /** To a page that is not there, or not yet, nothing is told: it asks for all when it comes. */
  #post(message: ToPage | PageNews): void {
    if (this.#owned.isDisposed || !this.#panel.visible) return;
    void this.#panel.webview.postMessage(message);
  }
}

const isHello = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'question' in message && message.question === 'hello';

function placeOf({ tab, prompt }: PanelPlace): PanelPlace {
  const known = TABS.find((one) => one === tab) ?? (typeof prompt === 'string' ? 'next' : undefined);
  return { ...(known !== undefined && { tab: known }), ...(typeof prompt === 'string' && { prompt }) };
}

const realFolderOf = ({ realFolder }: PrunePanelParts, open: OpenFile | undefined): string | undefined => open && realFolder(open.folder);

const openFileOf = (open: OpenFile | undefined): { readonly openFile?: string } =>
  open ? { openFile: path.relative(open.folder, open.file).split(path.sep).join('/') } : {};

/** A column that is not the panel's, so that it stays in sight: another one where there is one, else a new one. */
function columnBeside(panel: vscode.WebviewPanel): vscode.ViewColumn {
  const other = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn !== panel.viewColumn);
  return other?.viewColumn ?? vscode.ViewColumn.Beside;
}
