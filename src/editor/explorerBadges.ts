// A mark on the files that memories speak of, in the explorer and on tabs. Off unless the user wants it.
import path from 'node:path';
import * as vscode from 'vscode';
import type { ServiceApi } from '../link/protocol.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';
import { messageOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import { counted } from './words.ts';

/** Files that are marked at most; those most spoken of come first. */
const MOST_FILES = 2_000;
/** Memories come in bursts. */
const PAUSE_MS = 1_000;

export interface ExplorerBadgeParts {
  readonly api: Pick<ServiceApi, 'groups'>;
  /** The window's folders: as the editor spells them, and with links resolved. */
  readonly folders: () => ReadonlyMap<string, string>;
  readonly log: Log;
}

export class ExplorerBadges implements vscode.FileDecorationProvider, Disposable {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.own(new vscode.EventEmitter<undefined>());
  readonly #parts: ExplorerBadgeParts;
  #counts: ReadonlyMap<string, number> = new Map();
  #isOn = false;
  #question = 0;
  #pause: NodeJS.Timeout | undefined;

  readonly onDidChangeFileDecorations = this.#changed.event;

  constructor(parts: ExplorerBadgeParts) {
    this.#parts = parts;
    this.#owned.own(vscode.window.registerFileDecorationProvider(this));
    this.#owned.defer(() => clearTimeout(this.#pause));
  }

  use(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#question += 1;
    if (isOn) this.changed();
    else this.#show(new Map());
  }

  /** Memories changed. */
  changed(): void {
    if (this.#isOn) this.#pause ??= setTimeout(() => void this.#look(), PAUSE_MS);
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const count = uri.scheme === 'file' ? this.#counts.get(uri.fsPath) : undefined;
    if (count === undefined) return undefined;
    return { badge: count > 99 ? '99' : String(count), tooltip: `${counted(count)} of Cairn ${count === 1 ? 'names' : 'name'} this file` };
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #look(): Promise<void> {
    this.#pause = undefined;
    const question = ++this.#question;
    const counts = new Map<string, number>();
    try {
      for (const [folder, real] of this.#parts.folders()) {
        const { groups } = await this.#parts.api.groups(real, { text: '', facets: {} }, 'file', 0, MOST_FILES);
        for (const { value, count } of groups) {
          if (value !== '' && !path.isAbsolute(value)) counts.set(path.join(folder, value), count);
        }
      }
    } catch (thrown) {
      this.#parts.log.debug('files with memories are not known', messageOf(thrown));
      return;
    }
    if (question === this.#question && !this.#owned.isDisposed) this.#show(counts);
  }

  #show(counts: ReadonlyMap<string, number>): void {
    this.#counts = counts;
    this.#changed.fire(undefined);
  }
}
