// One question: the reason, the memory or memories it is about, and, where it is the current one, the answers.
import type { Change } from '../acts.ts';
import { useAnswer } from '../asking.ts';
import { Captured, Line } from '../captured.tsx';
import { Button } from '../controls.tsx';
import { usePanel } from '../panel.ts';
import { MOST_TEXT, type MemoryId, type MemoryRow, type ReviewItem } from '../protocol.ts';
import { MemoryEditor } from '../rows/editor.tsx';
import { KindIcon, MemoryMeta, MemoryWords } from '../rows/memoryLine.tsx';
import { REASON_WORDS, number } from '../words.ts';
import type { Answering } from './review.tsx';

interface QuestionProps {
  readonly item: ReviewItem;
  readonly isCurrent: boolean;
  /** Of a group, the one to keep, where a person has chosen it. */
  readonly chosen: MemoryId | undefined;
  readonly isEditing: boolean;
  readonly onChoose: (id: MemoryId) => void;
  readonly onAnswer: (how: Answering) => void;
  readonly onSave: (change: Change) => void;
  readonly onCancel: () => void;
}
export function QuestionCard({ item, isCurrent, chosen, isEditing, onChoose, onAnswer, onSave, onCancel }: QuestionProps) {
  const { reason, rows, why } = item;
  const stays = chosen ?? rows[0]?.id;
  const edited = reason === 'duplicate' ? rows.find(({ id }) => id === stays) : rows[0];
  return (
    <>
      <p class="why">
        {/* "Overridden two days later" needs no "Overridden" before it. */}
        {why.toLowerCase().startsWith(REASON_WORDS[reason].label.toLowerCase()) ? (
          <strong>
            <Line text={`${why.charAt(0).toUpperCase()}${why.slice(1)}`} />
          </strong>
        ) : (
          <>
            <strong>{REASON_WORDS[reason].label}</strong>: <Line text={why} />
          </>
        )}
      </p>
      {isCurrent ? (
        <div class={`sides ${reason}`}>
          {rows.map((row, index) =>
            reason === 'duplicate' ? (
              <Copy
                key={row.id}
                row={row}
                place={index + 1}
                stays={row.id === stays}
                isProposed={index === 0}
                onChoose={() => onChoose(row.id)}
              />
            ) : (
              <Side key={row.id} row={row} title={reason === 'superseded' ? (index === 0 ? 'Old' : 'Overridden by') : undefined} />
            ),
          )}
        </div>
      ) : (
        <div class="brief">
          {rows[0] && <KindIcon row={rows[0]} />}
          {rows[0] && <MemoryWords row={{ ...rows[0], status: 'active' }} />}
          {rows.length > 1 && <span class="note"> +{number(rows.length - 1)}</span>}
        </div>
      )}
      {isEditing &&
        edited &&
        (edited.text.length > MOST_TEXT ? (
          <WholeEditor key={edited.id} id={edited.id} onSave={onSave} onCancel={onCancel} />
        ) : (
          <MemoryEditor key={edited.id} memory={edited} onSave={onSave} onCancel={onCancel} />
        ))}
      {isCurrent && !isEditing && (
        <div class="buttons">
          {reason === 'duplicate' && (
            <Button keys="M" onClick={() => onAnswer('merge')}>
              Merge {number(rows.length)} into one
            </Button>
          )}
          <Button isSecondary keys="K" onClick={() => onAnswer('keep')}>
            {reason === 'duplicate' ? 'Keep all' : 'Keep'}
          </Button>
          <Button isSecondary keys="E" onClick={() => onAnswer('edit')}>
            Edit
          </Button>
          <Button isSecondary keys="F" onClick={() => onAnswer('forget')}>
            {reason === 'duplicate' ? `Forget all ${number(rows.length)}…` : reason === 'superseded' ? 'Forget the old one' : 'Forget'}
          </Button>
          <Button isSecondary keys="O" onClick={() => onAnswer('source')}>
            Source
          </Button>
        </div>
      )}
    </>
  );
}

interface WholeEditorProps {
  readonly id: MemoryId;
  readonly onSave: (change: Change) => void;
  readonly onCancel: () => void;
}
/** Of a text from before there was a limit a row holds only the start, which is not to take the place of the whole. */
function WholeEditor({ id, onSave, onCancel }: WholeEditorProps) {
  const { host } = usePanel();
  const { value, trouble } = useAnswer(() => host.ask('memory', id), [id]);
  if (value) return <MemoryEditor memory={value} onSave={onSave} onCancel={onCancel} />;
  return trouble === undefined ? null : <p class="note">{trouble}</p>;
}

function Side({ row, title }: { readonly row: MemoryRow; readonly title: string | undefined }) {
  return (
    <div class="side">
      {title !== undefined && <p class="note">{title}</p>}
      <Captured text={row.text} />
      <MemoryMeta row={row} />
    </div>
  );
}

interface CopyProps {
  readonly row: MemoryRow;
  readonly place: number;
  readonly stays: boolean;
  readonly isProposed: boolean;
  readonly onChoose: () => void;
}
function Copy({ row, place, stays, isProposed, onChoose }: CopyProps) {
  return (
    <div class={`side copy ${stays ? 'stays' : ''}`}>
      <button type="button" class="chip" aria-pressed={stays} onClick={onChoose} title={`Keep this one (${place})`}>
        <span class="count">{place}</span> {stays ? 'Stays' : 'Goes'}
        {isProposed && <span class="note"> · proposed</span>}
      </button>
      <Captured text={row.text} />
      <MemoryMeta row={row} />
    </div>
  );
}
