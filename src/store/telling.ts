// What is told in so many words, by hand, by a model or by a file: held to the length of a memory, and made safe as all that is taken in.
import { lengthTrouble, type Imported } from '../browsing.ts';
import { safelyImported } from '../capture/imported.ts';
import type { Observer } from '../capture/observe.ts';
import { REMEMBERED, rememberedDraft, safeWords } from '../capture/remembered.ts';
import type { Memory, MemoryDraft, MemoryId, Remembering } from '../memory.ts';
import { UserError } from '../util/errors.ts';
import { readExchange } from './exchange.ts';
import type { Store } from './store.ts';

export interface Telling {
  /** Keeps what a person or a model said; private parts and secrets go. Throws a `UserError` when nothing is left, or too much. */
  remember(what: Remembering): Promise<Memory>;
  /** A new text is made safe likewise, and throws likewise. */
  edit(id: MemoryId, change: Partial<Pick<MemoryDraft, 'text' | 'kind' | 'outcome' | 'scope'>>): Promise<void>;
  /** See `store/exchange.ts`. Made safe likewise. What is too long is left out, unless it is here already. */
  importMemories(lines: string): Promise<Imported>;
}

export interface TellingParts {
  readonly store: Pick<Store, 'get' | 'add' | 'edit' | 'bringIn' | 'segmentHash'>;
  readonly observer: Observer;
  readonly onChange: () => void;
}

export function createTelling({ store, observer, onChange }: TellingParts): Telling {
  return {
    async remember(what) {
      refuseTooLong(what.text);
      const draft = await rememberedDraft(observer, what, store.segmentHash);
      // What stands for a secret may be longer than the secret.
      refuseTooLong(draft.text);
      const memory = store.add(draft, { source: 'user', session: REMEMBERED, isOwn: true, atMs: what.atMs });
      onChange();
      return memory;
    },

    async edit(id, change) {
      const before = store.get(id);
      // One from before there was a limit can be given another kind.
      if (before && change.text !== undefined && change.text !== before.text) {
        refuseTooLong(change.text);
        const text = await safeWords(observer, change.text, before);
        refuseTooLong(text);
        store.edit(id, { ...change, text });
      } else store.edit(id, change);
      onChange();
    },

    async importMemories(lines) {
      const { fitting = [], tooLong = [] } = Object.groupBy(readExchange(lines), ({ memory }) =>
        lengthTrouble(memory.text) !== undefined && !store.get(memory.id) ? 'tooLong' : 'fitting',
      );
      const safe = [];
      for (const { memory } of fitting) safe.push(await safelyImported(observer, memory));
      const memories = safe.filter((memory) => memory !== undefined);
      const count = store.bringIn(memories);
      if (count.added > 0) onChange();
      return { ...count, leftOut: fitting.length - memories.length, tooLong: tooLong.map(({ line }) => line) };
    },
  };
}

function refuseTooLong(text: string): void {
  const trouble = lengthTrouble(text);
  if (trouble !== undefined) throw new UserError(trouble);
}
