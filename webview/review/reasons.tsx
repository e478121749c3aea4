// How many questions there are of each kind; one kind can be chosen.
import { type ReviewReason } from '../protocol.ts';
import { REASONS, REASON_WORDS, number } from '../words.ts';
import type { Questions } from './questions.ts';

interface ReasonsProps {
  readonly questions: Questions;
  readonly reason: ReviewReason | null;
  readonly onChoose: (reason: ReviewReason | null) => void;
}
export function Reasons({ questions, reason, onChoose }: ReasonsProps) {
  const shown = REASONS.filter((name) => questions.counts[name] > 0 || name === reason);
  return (
    <div class="reasons" role="group" aria-label="Kinds of questions">
      <Chip label="All" count={questions.total} isChosen={reason === null} onClick={() => onChoose(null)} />
      {shown.map((name) => (
        <Chip
          key={name}
          label={REASON_WORDS[name].label}
          count={questions.counts[name]}
          isChosen={name === reason}
          onClick={() => onChoose(name === reason ? null : name)}
        />
      ))}
    </div>
  );
}

function Chip(props: { readonly label: string; readonly count: number; readonly isChosen: boolean; readonly onClick: () => void }) {
  return (
    <button type="button" class="chip" aria-pressed={props.isChosen} onClick={props.onClick}>
      {props.label} <span class="count">{number(props.count)}</span>
    </button>
  );
}
