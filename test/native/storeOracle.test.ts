import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { randomOf } from '../../scripts/lib/random.ts';
import type { Memory, MemoryId } from '../../src/memory.ts';
import { openStore } from '../../src/store/sqliteStore.ts';
import type { Store } from '../../src/store/store.ts';
import { freshFolders } from '../support/storeFolder.ts';
import { draft, evidence, memoryId, session, settlement } from '../support/storeSamples.ts';

/** A memory as the oracle knows it: no SQL, no transactions, no files. */
interface Plain {
  text: string;
  /** What it was made from: stays when the user edits the text. */
  source: string;
  isPinned: boolean;
  isOwn: boolean;
  supersededBy: string | undefined;
  isSuperseded: boolean;
  hiddenAtMs: number | undefined;
}

/** What the store promises, on a plain Map. */
class Oracle {
  readonly memories = new Map<string, Plain>();
  readonly used = new Set<string>();
  readonly forgotten = new Set<string>();

  live(id: string): Plain | undefined {
    const found = this.memories.get(id);
    return found?.hiddenAtMs === undefined ? found : undefined;
  }
  isForgotten(text: string): boolean {
    return (
      this.forgotten.has(text) ||
      [...this.memories.values()].some((each) => each.hiddenAtMs !== undefined && (each.text === text || each.source === text))
    );
  }
  add(id: string, text: string, isOwn: boolean): void {
    if (this.used.has(id) || (!isOwn && this.isForgotten(text))) return;
    this.used.add(id);
    this.memories.set(id, {
      text,
      source: text,
      isPinned: false,
      isOwn,
      supersededBy: undefined,
      isSuperseded: false,
      hiddenAtMs: undefined,
    });
  }
  yielding(id: string): Plain | undefined {
    const found = this.live(id);
    return found && !found.isPinned && !found.isOwn ? found : undefined;
  }
  replace(id: string, text: string): void {
    const found = this.yielding(id);
    if (found && !this.isForgotten(text)) Object.assign(found, { text, source: text });
  }
  supersede(older: string, newer: string): void {
    const found = this.yielding(older);
    if (!found || !this.live(newer) || older === newer) return;
    for (let next: string | undefined = newer; next !== undefined; next = this.memories.get(next)?.supersededBy) if (next === older) return;
    Object.assign(found, { supersededBy: newer, isSuperseded: true });
  }
  drop(id: string, revives: boolean): void {
    const gone = this.memories.get(id);
    this.memories.delete(id);
    for (const each of this.memories.values()) {
      if (!gone || each.supersededBy !== id) continue;
      each.supersededBy = gone.supersededBy;
      each.isSuperseded = gone.supersededBy !== undefined || gone.isSuperseded || !revives;
    }
  }
  remove(id: string): void {
    if (this.yielding(id)) this.drop(id, true);
  }
  finish(hiddenBeforeMs: number): void {
    for (const [id, { hiddenAtMs, text, source }] of [...this.memories]) {
      if (hiddenAtMs === undefined || hiddenAtMs > hiddenBeforeMs) continue;
      this.forgotten.add(text).add(source);
      this.drop(id, false);
    }
  }
}

describe('store: against a plain Map', () => {
  const freshFolder = freshFolders();

  for (const seed of [1, 2, 3]) {
    it(`agrees after every step of 400, restarts and crashes among them (seed ${seed})`, function () {
      this.timeout(120_000);
      const random = randomOf(seed);
      const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
      let folder = freshFolder();
      let store: Store = openStore(folder);
      const oracle = new Oracle();
      /** An index that only ever hears of changes. */
      const index = new Map<MemoryId, string>();
      let indexedAt = 0;
      let count = 0;
      let nowMs = 0;

      const anyId = () => pick([...oracle.used]) ?? 'none';
      // Few texts, so that forgotten ones come up again.
      const anyText = () => `fact number ${Math.floor(random() * 60)} of this project`;
      const draftOf = (text: string) => draft(text, { segments: [store.segmentHash(text)], evidence: [evidence(text, { atMs: 1 })] });

      const steps: Record<string, () => void> = {
        settle() {
          const add = Array.from({ length: Math.floor(random() * 5) }, () => ({ id: `m${count++}`, text: anyText() }));
          const replace = Array.from({ length: Math.floor(random() * 3) }, () => ({ id: anyId(), text: anyText() }));
          const remove = random() < 0.4 ? [anyId()] : [];
          const supersede = random() < 0.5 ? [{ older: anyId(), newer: anyId() }] : [];
          const work = settlement({
            add: add.map(({ id, text }) => ({ id: memoryId(id), draft: draftOf(text) })),
            replace: replace.map(({ id, text }) => ({ id: memoryId(id), draft: draftOf(text) })),
            remove: remove.map(memoryId),
            supersede: supersede.map(({ older, newer }) => ({ older: memoryId(older), newer: memoryId(newer) })),
          });
          store.settle(work);
          for (const { id, text } of add) oracle.add(id, text, false);
          for (const { id, text } of replace) oracle.replace(id, text);
          for (const { older, newer } of supersede) oracle.supersede(older, newer);
          for (const id of remove) oracle.remove(id);
        },
        addByHand() {
          const text = anyText();
          const { id } = store.add(draftOf(text), { source: 'user', session: session('x'), isOwn: true, atMs: 1 });
          oracle.add(id, text, true);
        },
        pin() {
          const id = anyId();
          const found = oracle.live(id);
          const isPinned = random() < 0.5;
          if (!found) return assert.throws(() => store.setPinned(memoryId(id), isPinned));
          store.setPinned(memoryId(id), isPinned);
          found.isPinned = isPinned;
        },
        edit() {
          const id = anyId();
          const found = oracle.live(id);
          const text = `${anyText()}, edited`;
          if (!found) return assert.throws(() => store.edit(memoryId(id), { text }));
          store.edit(memoryId(id), { text });
          if (found.text !== text) Object.assign(found, { text, isOwn: true });
        },
        hide() {
          const ids = Array.from({ length: 1 + Math.floor(random() * 3) }, anyId);
          store.hide(ids.map(memoryId), ++nowMs);
          for (const id of ids) {
            const found = oracle.live(id);
            if (found) found.hiddenAtMs = nowMs;
          }
        },
        restore() {
          const id = anyId();
          store.restore([memoryId(id)]);
          const found = oracle.memories.get(id);
          if (found) found.hiddenAtMs = undefined;
        },
        finish() {
          const before = nowMs - Math.floor(random() * 3);
          store.finishForgetting(before);
          oracle.finish(before);
        },
        restart() {
          store.close();
          store = openStore(folder);
          oracle.finish(Infinity);
        },
        crash() {
          // What the disk holds at this moment is what a power cut leaves.
          const survivor = freshFolder();
          fs.mkdirSync(survivor);
          for (const name of ['memory.db', 'memory.db-wal']) {
            if (fs.existsSync(path.join(folder, name))) fs.copyFileSync(path.join(folder, name), path.join(survivor, name));
          }
          store.close();
          folder = survivor;
          store = openStore(folder);
          oracle.finish(Infinity);
        },
        index() {
          for (const { id, isGone } of store.changesSince(indexedAt)) {
            if (isGone) index.delete(id);
            else index.set(id, store.get(id)?.text ?? assert.fail(`${id} is said to live`));
          }
          indexedAt = store.revision;
        },
      };
      const dice = ['settle', 'settle', 'settle', 'addByHand', 'pin', 'edit', 'hide', 'hide', 'restore', 'finish', 'index', 'index'];
      const done = new Map<string, number>();

      for (let step = 0; step < 400; step++) {
        const name = step % 40 === 39 ? (random() < 0.5 ? 'restart' : 'crash') : (pick(dice) ?? 'settle');
        const before = store.revision;
        steps[name]?.();
        done.set(name, (done.get(name) ?? 0) + 1);
        assert.ok(store.revision >= before);

        const seen = new Map(store.all().map((memory) => [memory.id as string, memory]));
        const expected = [...oracle.memories].filter(([, { hiddenAtMs }]) => hiddenAtMs === undefined);
        assert.deepEqual([...seen.keys()].sort(), expected.map(([id]) => id).sort(), `step ${step}: ${name}`);
        for (const [id, plain] of expected) assert.deepEqual(shown(seen.get(id)), wanted(plain), `step ${step}: ${name}: ${id}`);
        assert.equal(store.counts().memories, expected.length);
        assert.equal(store.pendingForget().length, oracle.memories.size - expected.length);
        const text = anyText();
        assert.equal(store.isForgotten(store.segmentHash(text)), oracle.isForgotten(text), `step ${step}: ${name}: ${text}`);
        if (name === 'index') assert.deepEqual(new Map(index), new Map([...seen.values()].map((memory) => [memory.id, memory.text])));
      }
      for (const name of Object.keys(steps)) assert.ok(done.get(name), `${name} was never tried`);
      assert.ok(oracle.forgotten.size > 5);
      store.close();
    });
  }
});

const shown = (memory: Memory | undefined) => [memory?.text, memory?.pinned, memory?.isOwn, memory?.status, memory?.supersededBy];
const wanted = ({ text, isPinned, isOwn, isSuperseded, supersededBy }: Plain) => [
  text,
  isPinned,
  isOwn,
  isSuperseded ? 'superseded' : 'active',
  supersededBy,
];
