// What the user's own store has, for the review of a project's: its rows cross only where something has changed.
import { isDeepStrictEqual } from 'node:util';
import type { MemoryRow } from '../browsing.ts';
import type { Elsewhere, LookElsewhere } from '../review/reviewer.ts';
import type { GlobalStore } from './storeApi.ts';

export function createLookElsewhere(global: () => Pick<GlobalStore, 'rows' | 'reviewAnswers'> | undefined): LookElsewhere {
  let stamp: string | undefined;
  let rows: readonly MemoryRow[] = [];
  let last: Elsewhere | undefined;
  return async () => {
    const store = global();
    if (!store) return undefined;
    const [told, answers] = await Promise.all([store.rows(stamp), store.reviewAnswers()]);
    ({ stamp, rows = rows } = told);
    if (last?.rows !== rows || !isDeepStrictEqual(last.answers, answers)) last = { rows, answers };
    return last;
  };
}
