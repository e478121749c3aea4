// An answer of the editor as a component's state: asked again when what it depends on changes; the old one stays until the new one is there.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePanel } from './panel.ts';

export interface Answered<T> {
  /** Undefined until the first answer. */
  readonly value: T | undefined;
  /** Why there is no (newer) answer, in words for people. */
  readonly trouble: string | undefined;
  readonly isAsking: boolean;
}

/** `ask` is put at first and whenever `depends` or the panel's revision changes. Only the answer to the latest question counts. */
export function useAnswer<T>(ask: () => Promise<T>, depends: readonly unknown[]): Answered<T> {
  const { revision } = usePanel();
  const latest = useRef(0);
  const [answered, setAnswered] = useState<Answered<T>>({ value: undefined, trouble: undefined, isAsking: true });
  // Before the first frame is drawn: the answer is on its way meanwhile.
  useLayoutEffect(() => {
    const number = ++latest.current;
    setAnswered((before) => (before.isAsking ? before : { ...before, isAsking: true }));
    ask().then(
      (value) => number === latest.current && setAnswered({ value, trouble: undefined, isAsking: false }),
      (thrown: unknown) =>
        number === latest.current && setAnswered((before) => ({ value: before.value, trouble: wordsOf(thrown), isAsking: false })),
    );
    return () => void latest.current++;
  }, [revision, ...depends]);
  return answered;
}

export function wordsOf(thrown: unknown): string {
  return thrown instanceof Error && thrown.name === 'Refused' ? thrown.message : 'Something went wrong in this panel. Open it again.';
}

/** The value as it was `pauseMs` after it last changed; `now` takes it over at once. */
export function useRested<T>(value: T, pauseMs: number): [rested: T, now: (value: T) => void] {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    if (rested === value) return undefined;
    const timer = setTimeout(() => setRested(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, rested, pauseMs]);
  return [rested, setRested];
}
