// What was forgotten a moment ago, and how long it can still be taken back.
import * as vscode from 'vscode';
import type { Memory, MemoryId } from '../memory.ts';
import type { ServiceApi } from '../link/protocol.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';
import { Emitter } from '../util/events.ts';
import { setContext } from './commands.ts';

/** Long enough to notice a slip, short enough to be believed. */
const UNDO_MS = 10_000;

export interface ForgottenBatch {
  readonly id: number;
  readonly memories: readonly Memory[];
  readonly untilMs: number;
}

/** Hides at once, counts down in the status bar, and lets Undo bring the latest batch back until its time is up. */
export class Forgetting implements Disposable {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.own(new Emitter<void>());
  readonly #item = this.#owned.own(vscode.window.createStatusBarItem('cairn.undo', vscode.StatusBarAlignment.Left, 49));
  readonly #service: Pick<ServiceApi, 'forget' | 'undoForget'>;
  #batches: ForgottenBatch[] = [];
  #next = 1;
  #tick: NodeJS.Timeout | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(service: Pick<ServiceApi, 'forget' | 'undoForget'>) {
    this.#service = service;
    this.#item.name = 'Cairn: Undo Forget';
    this.#item.command = 'cairn.undoForget';
    this.#owned.defer(() => clearInterval(this.#tick));
  }

  get pending(): readonly ForgottenBatch[] {
    return this.#batches;
  }

  /** Memories that are to be shown nowhere, though a slower answer may still hold them. */
  get hidden(): ReadonlySet<MemoryId> {
    return new Set(this.#batches.flatMap((batch) => batch.memories.map((memory) => memory.id)));
  }

  secondsLeft(batch: ForgottenBatch): number {
    return Math.max(0, Math.ceil((batch.untilMs - Date.now()) / 1000));
  }

  async forget(memories: readonly Memory[]): Promise<void> {
    if (memories.length === 0) return;
    const batch = { id: this.#next++, memories, untilMs: Date.now() + UNDO_MS };
    this.#batches = [batch, ...this.#batches];
    this.#show();
    try {
      await this.#service.forget(
        memories.map((memory) => memory.id),
        UNDO_MS,
      );
    } catch (thrown) {
      this.#drop(batch.id); // Nothing was forgotten: show it again, and let the command say why.
      throw thrown;
    }
  }

  /** Brings a batch back; without an id the latest. */
  async undo(id?: number): Promise<void> {
    const batch = id === undefined ? this.#batches[0] : this.#batches.find((b) => b.id === id);
    if (!batch) return;
    await this.#service.undoForget(batch.memories.map((memory) => memory.id));
    this.#drop(batch.id);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #drop(id: number): void {
    this.#batches = this.#batches.filter((batch) => batch.id !== id);
    this.#show();
  }

  #show(): void {
    this.#batches = this.#batches.filter((batch) => batch.untilMs > Date.now());
    const [latest] = this.#batches;
    setContext('cairn.canUndo', latest !== undefined);
    if (latest) {
      const count = latest.memories.length;
      this.#item.text = `$(discard) Undo Forget (${this.secondsLeft(latest)})`;
      this.#item.tooltip =
        count === 1
          ? 'One memory is forgotten for good when the time is up.'
          : `${count} memories are forgotten for good when the time is up.`;
      this.#item.show();
      this.#tick ??= setInterval(() => this.#show(), 1000);
    } else {
      this.#item.hide();
      clearInterval(this.#tick);
      this.#tick = undefined;
    }
    this.#changed.fire();
  }
}
