// The questions that are open: those that the editor has, without those just answered. An answer counts at once; until the editor's next list has it too, the
// page leaves the question out itself.
import { useEffect, useRef, useState } from 'preact/hooks';
import { wordsOf } from '../asking.ts';
import { usePanel } from '../panel.ts';
import type { ReviewItem, ReviewReason, ReviewSlice } from '../protocol.ts';

/** Enough to begin with; the rest is asked for when somebody gets near its end, or wants all of one reason. */
const AT_FIRST = 100;
/** Some megabytes: a store of twenty thousand, badly kept, has fewer. */
export const MOST_QUESTIONS = 5_000;

export const keyOf = ({ reason, rows }: ReviewItem): string => `${reason} ${rows.map(({ id }) => id).join(' ')}`;

export interface Questions {
  readonly items: readonly ReviewItem[];
  readonly total: number;
  readonly counts: ReviewSlice['counts'];
  /** More may come. */
  readonly isLooking: boolean;
}

export interface Reviewing {
  /** Undefined until the first answer. */
  readonly questions: Questions | undefined;
  readonly trouble: string | undefined;
  /** Asks for all of them. */
  readonly all: () => void;
  /** Leaves these out while `act` is under way and after it; where it comes to nothing they are back. */
  readonly answer: (items: readonly ReviewItem[], act: () => Promise<boolean>) => Promise<boolean>;
}

export function useReviewing(): Reviewing {
  const { host, revision } = usePanel();
  const [slice, setSlice] = useState<ReviewSlice>();
  const [trouble, setTrouble] = useState<string>();
  const [limit, setLimit] = useState(AT_FIRST);
  const [, redraw] = useState(0);
  /** Key → whether the editor has taken the answer. */
  const answered = useRef(new Map<string, boolean>());
  const asked = useRef(0);
  const shown = useRef(0);

  useEffect(() => {
    const number = ++asked.current;
    // Not only the latest: while one change follows the other, none would ever be. An answer that a later one has overtaken is dropped.
    const isNews = () => number > shown.current;
    // Those that it has taken before this question, it leaves out of its answer by itself; or they are open again, after an Undo.
    const taken = [...answered.current].filter(([, isTaken]) => isTaken).map(([key]) => key);
    host.ask('review', limit).then(
      (value) => {
        if (!isNews()) return;
        shown.current = number;
        for (const key of taken) answered.current.delete(key);
        setSlice(value);
        setTrouble(undefined);
      },
      (thrown: unknown) => isNews() && setTrouble(wordsOf(thrown)),
    );
  }, [revision, limit]);
  useEffect(() => () => void (shown.current = Infinity), []);

  const left = slice && withoutAnswered(slice, answered.current);
  return {
    questions: left,
    trouble,
    all: () => setLimit(MOST_QUESTIONS),
    async answer(items, act) {
      const keys = items.map(keyOf);
      for (const key of keys) answered.current.set(key, false);
      redraw((n) => n + 1);
      const isDone = await act();
      for (const key of keys) {
        if (isDone) answered.current.set(key, true);
        else answered.current.delete(key);
      }
      redraw((n) => n + 1);
      return isDone;
    },
  };
}

function withoutAnswered(slice: ReviewSlice, answered: ReadonlyMap<string, boolean>): Questions {
  const gone = new Map<ReviewReason, number>();
  const items = slice.items.filter((item) => {
    if (!answered.has(keyOf(item))) return true;
    gone.set(item.reason, (gone.get(item.reason) ?? 0) + 1);
    return false;
  });
  const counts = { ...slice.counts };
  for (const [reason, times] of gone) counts[reason] = Math.max(0, counts[reason] - times);
  return { ...slice, items, counts, total: Math.max(0, slice.total - (slice.items.length - items.length)) };
}
