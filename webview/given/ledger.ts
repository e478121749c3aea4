// The ledger in pages, the newest first: more is put behind what is there, and a change asks for all of that again.
import { useRef, useState } from 'preact/hooks';
import { type Answered, useAnswer, wordsOf } from '../asking.ts';
import { usePanel } from '../panel.ts';
import type { Given, GivenSlice } from '../protocol.ts';
import { keyOf } from './giving.tsx';

const PAGE = 50;

export function useLedger(): Answered<GivenSlice> & { more: () => void } {
  const { host, complain, revision } = usePanel();
  const [further, setFurther] = useState<{ revision: number; givings: readonly Given[]; hasMore: boolean }>();
  const wanted = useRef(PAGE);
  const isAsking = useRef(false);
  const first = useAnswer(() => host.ask('given', undefined, wanted.current), []);
  const own = further?.revision === revision ? further : undefined;
  const givings = merged(first.value?.givings ?? [], own?.givings ?? []);
  const value = first.value && { ...first.value, givings, hasMore: own?.hasMore ?? first.value.hasMore };

  const more = () => {
    const last = givings.at(-1);
    if (!last || isAsking.current || !value?.hasMore) return;
    isAsking.current = true;
    // One that was given in the same millisecond as the last may be on the next page: it is asked for again, and told apart by its key.
    host
      .ask('given', last.atMs + 1, PAGE)
      .then(
        (slice) => {
          const all = merged(givings, slice.givings);
          // Nothing new though there is more: a page full of one millisecond. What is older comes after it.
          wanted.current = all.length;
          setFurther({ revision, givings: all, hasMore: slice.hasMore && all.length > givings.length });
        },
        (thrown: unknown) => complain(wordsOf(thrown)),
      )
      .finally(() => (isAsking.current = false));
  };
  return { ...first, value, more };
}

function merged(some: readonly Given[], others: readonly Given[]): readonly Given[] {
  if (others.length === 0) return some;
  const keys = new Set(some.map(keyOf));
  return [...some, ...others.filter((given) => !keys.has(keyOf(given)))];
}
