// What was forgotten or merged a moment ago, and how long it can still be taken back: one countdown and one Undo for tree, status bar and panel.
import * as vscode from 'vscode';
import type { MergeGroup } from '../browsing.ts';
import type { MemoryId } from '../memory.ts';
import type { ServiceApi } from '../link/protocol.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';
import { Emitter } from '../util/events.ts';
import { setContext } from './commands.ts';

/** Long enough to notice a slip, short enough to be believed. */
const UNDO_MS = 10_000;

export interface ForgottenBatch {
  readonly id: number;
  /** Merged: those that went into another. */
  readonly memories: readonly MemoryId[];
  readonly how: 'forgotten' | 'merged';
  readonly untilMs: number;
}

interface Step {
  readonly hidden: readonly MemoryId[];
  readonly act: () => Promise<void>;
}

type Service = Pick<ServiceApi, 'forget' | 'merge' | 'forgetEverything' | 'undoForget'>;

/** Hides at once, counts down in the status bar, and lets Undo bring the latest batch back until its time is up. */
export class Forgetting implements Disposable {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.own(new Emitter<void>());
  readonly #item = this.#owned.own(vscode.window.createStatusBarItem('cairn.undo', vscode.StatusBarAlignment.Left, 49));
  readonly #service: Service;
  #batches: readonly ForgottenBatch[] = [];
  #next = 1;
  #tick: NodeJS.Timeout | undefined;

  /** Also each second while there is something to bring back. */
  readonly onDidChange = this.#changed.event;

  constructor(service: Service) {
    this.#service = service;
    this.#item.name = 'Cairn: Undo Forget';
    this.#item.command = 'cairn.undoForget';
    this.#owned.defer(() => clearInterval(this.#tick));
  }

  /** The latest first. */
  get pending(): readonly ForgottenBatch[] {
    return this.#batches;
  }

  /** Memories that are to be shown nowhere, though a slower answer may still hold them. */
  get hidden(): ReadonlySet<MemoryId> {
    return new Set(this.#batches.flatMap((batch) => batch.memories));
  }

  secondsLeft(batch: ForgottenBatch): number {
    return Math.max(0, Math.ceil((batch.untilMs - Date.now()) / 1000));
  }

  async forget(memories: readonly MemoryId[]): Promise<void> {
    await this.#hide('forgotten', [{ hidden: memories, act: () => this.#service.forget(memories, UNDO_MS) }]);
  }

  /** In each group the others go into the one named, which takes over their evidence. One Undo for all of it. */
  async merge(groups: readonly MergeGroup[]): Promise<void> {
    await this.#hide(
      'merged',
      groups.map(({ id, others }) => ({ hidden: others, act: () => this.#service.merge(id, others, UNDO_MS) })),
    );
  }

  /** All memories of the window's stores; says how many. */
  async forgetEverything(): Promise<number> {
    const untilMs = Date.now() + UNDO_MS;
    const memories = await this.#service.forgetEverything(undefined, UNDO_MS);
    if (memories.length > 0) this.#begin({ id: this.#next++, memories, how: 'forgotten', untilMs });
    return memories.length;
  }

  /** Brings a batch back; without an id the latest. */
  async undo(id?: number): Promise<void> {
    const batch = id === undefined ? this.#batches[0] : this.#batches.find((b) => b.id === id);
    if (!batch) return;
    await this.#service.undoForget(batch.memories);
    this.#drop(batch.id);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Shows all as hidden at once, then does one step after the other. When one fails, the steps before it stay done and can be undone; the rest is shown again. */
  async #hide(how: ForgottenBatch['how'], steps: readonly Step[]): Promise<void> {
    const memories = steps.flatMap(({ hidden }) => hidden);
    if (memories.length === 0) return;
    const batch = { id: this.#next++, memories, how, untilMs: Date.now() + UNDO_MS };
    this.#begin(batch);
    const done: MemoryId[] = [];
    try {
      for (const { hidden, act } of steps) {
        await act();
        done.push(...hidden);
      }
    } catch (thrown) {
      this.#drop(batch.id);
      if (done.length > 0) this.#begin({ ...batch, memories: done });
      throw thrown;
    }
  }

  #begin(batch: ForgottenBatch): void {
    this.#batches = [batch, ...this.#batches];
    this.#show();
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
      const what = count === 1 ? 'One memory is' : `${count} memories are`;
      this.#item.text = `$(discard) Undo ${latest.how === 'merged' ? 'Merge' : 'Forget'} (${this.secondsLeft(latest)})`;
      this.#item.tooltip = `${what} ${latest.how} for good when the time is up.`;
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
