// A failed attempt is half of what there is to know: the other half is what was done instead.
import { isFailure, type Memory } from '../memory.ts';
import { distinctTermsOf } from '../search/terms.ts';

/** So many terms must be in both: what comes after a failure in a session need not speak of it. */
const LEAST_SHARED = 2;

/** What replaced a failed attempt: the first of the memories told next that speaks of the same and did not fail. `next`: in the order in which they were told. */
export function replacementOf(failed: Memory, next: readonly Memory[]): Memory | undefined {
  const terms = new Set(distinctTermsOf(failed.text));
  return next.find(
    (memory) =>
      memory.status === 'active' &&
      !isFailure(memory.outcome) &&
      memory.kind !== 'todo' &&
      distinctTermsOf(memory.text).filter((term) => terms.has(term)).length >= LEAST_SHARED,
  );
}
