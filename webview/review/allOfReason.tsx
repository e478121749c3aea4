// One answer to all questions of a kind, after a look at how many they are and the first of them.
import type { Acts } from '../acts.ts';
import { oneLine } from '../captured.tsx';
import { Button } from '../controls.tsx';
import { usePanel } from '../panel.ts';
import type { ReviewItem, ReviewReason } from '../protocol.ts';
import { REASON_WORDS, number } from '../words.ts';
import type { Reviewing } from './questions.ts';
import { askedAbout, groupOf } from './review.tsx';

const FIRST = 5;

interface AllOfReasonProps {
  readonly reason: ReviewReason;
  readonly items: readonly ReviewItem[];
  readonly count: number;
  readonly reviewing: Reviewing;
  readonly acts: Acts;
}
export function AllOfReason({ reason, items, count, reviewing, acts }: AllOfReasonProps) {
  const { confirm } = usePanel();
  // Until the rest has come, nothing is said of all.
  if (items.length === 0 || items.length < count) return null;
  const words = REASON_WORDS[reason];
  const all = items.length === 1 ? `the ${words.one}` : `all ${number(items.length)} ${words.many}`;
  const first = items.slice(0, FIRST).map(({ rows }) => oneLine(rows[0]?.text ?? '', 200));
  const ids = items.flatMap(askedAbout);

  const merge = async () => {
    const detail = 'Of each group the first stays and takes over what the others were made from.';
    const act = `Merge ${number(items.length)}`;
    if (!(await confirm({ question: `Merge ${all}?`, detail, first, count: items.length, act }))) return;
    await reviewing.answer(items, () => acts.merge(items.map((item) => groupOf(item))));
  };
  const forget = async () => {
    const detail = 'They are gone from every list at once, and for good after some seconds.';
    const act = `Forget ${number(items.length)}`;
    if (!(await confirm({ question: `Forget ${all}?`, detail, first, count: items.length, act }))) return;
    await reviewing.answer(items, () => acts.forgetAsked(ids));
  };
  const keep = async () => {
    const detail = 'They are not asked about again for this reason.';
    const act = `Keep ${number(items.length)}`;
    if (!(await confirm({ question: `Keep ${all}?`, detail, first, count: items.length, act }))) return;
    await reviewing.answer(items, () => acts.keep(reason, ids));
  };
  return (
    <div class="all-of">
      {reason === 'duplicate' ? (
        <Button isSecondary icon="merge" onClick={() => void merge()}>
          Merge {all}…
        </Button>
      ) : (
        <Button isSecondary icon="trash" onClick={() => void forget()}>
          Forget {all}…
        </Button>
      )}
      <Button isSecondary icon="check" onClick={() => void keep()}>
        {items.length === 1 ? 'Keep it…' : 'Keep all…'}
      </Button>
    </div>
  );
}
