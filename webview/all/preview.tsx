// A memory whole: its words, where they come from as quoted, what came of it, how often it was given and used.
import { useAnswer } from '../asking.ts';
import type { Acts } from '../acts.ts';
import { Captured, Line, oneLine } from '../captured.tsx';
import { Button, Quiet } from '../controls.tsx';
import { KIND_ICONS, Icon } from '../icon.tsx';
import { type ListRow, usePanel } from '../panel.ts';
import type { Evidence, Memory, MemoryId } from '../protocol.ts';
import { MemoryEditor } from '../rows/editor.tsx';
import { KIND_WORDS, OUTCOME_WORDS, age, date, fileName, sourceWords, uses } from '../words.ts';

interface PreviewProps {
  readonly id: MemoryId;
  /** As the list has it: how often it was given stands only there. */
  readonly row: ListRow | undefined;
  readonly acts: Acts;
  readonly isEditing: boolean;
  readonly onEdit: (isEditing: boolean) => void;
  readonly onClose: () => void;
  readonly onForget: () => void;
}
export function PreviewPane({ id, row, acts, isEditing, onEdit, onClose, onForget }: PreviewProps) {
  const { host } = usePanel();
  const { value, trouble } = useAnswer(async () => ({ id, memory: await host.ask('memory', id) }), [id]);
  // The one before stays in sight until this one is there, but nothing is done to it.
  const memory = value?.memory;
  const isCurrent = value?.id === id;
  return (
    <section class="preview scrolls" aria-label="The chosen memory" tabIndex={0}>
      <div class="preview-title">
        {memory && <Icon name={KIND_ICONS[memory.kind]} />}
        <h2>{memory ? KIND_WORDS[memory.kind] : ''}</h2>
        {memory && isCurrent && (
          <>
            <Quiet icon="goToFile" label="Open source (O)" onClick={() => void acts.openSource(id)} />
            <Quiet icon="edit" label="Edit (E)" onClick={() => onEdit(true)} />
            <Quiet
              icon={memory.pinned ? 'pinned' : 'pin'}
              label={memory.pinned ? 'Unpin (P)' : 'Pin (P)'}
              isPressed={memory.pinned}
              onClick={() => void acts.setPinned([id], !memory.pinned)}
            />
            <Quiet icon="copy" label="Copy" onClick={() => void acts.copy([id])} />
            <Quiet icon="trash" label="Forget (Delete)" onClick={onForget} />
          </>
        )}
        <Quiet icon="close" label="Close (Esc)" onClick={onClose} />
      </div>
      {memory && isEditing && isCurrent ? (
        <MemoryEditor
          memory={memory}
          onSave={(change) => void acts.edit(id, change).then((isDone) => isDone && onEdit(false))}
          onCancel={() => onEdit(false)}
        />
      ) : (
        memory && (
          <p class={`whole-text ${memory.status === 'superseded' ? 'overridden' : ''}`}>
            <Captured key={memory.id} text={memory.text} />
          </p>
        )
      )}
      {memory && <Facts memory={memory} row={row} />}
      {memory && memory.evidence.length > 0 && (
        <>
          <h3>Taken from</h3>
          {memory.evidence.map((evidence) => (
            <Quote key={`${evidence.place.record} ${evidence.quote}`} evidence={evidence} />
          ))}
          <Button isSecondary icon="goToFile" onClick={() => void acts.openSource(id)}>
            Open source
          </Button>
        </>
      )}
      {isCurrent && value && !memory && <p class="note">This memory is not there any more.</p>}
      {trouble !== undefined && <p class="note">{trouble}</p>}
    </section>
  );
}

function Facts({ memory, row }: { readonly memory: Memory; readonly row: ListRow | undefined }) {
  const facts: readonly (readonly [string, string])[] = [
    ['Outcome', memory.outcome ? OUTCOME_WORDS[memory.outcome] : ''],
    ['Status', memory.status === 'superseded' ? 'Overridden by a later one: kept, and not given' : ''],
    ['Holds', memory.scope === 'global' ? 'Everywhere' : ''],
    ['From', `${sourceWords(memory.source)}, ${age(memory.atMs)} (${date(memory.atMs)})`],
    ['Uses', row?.id === memory.id ? uses(row) : ''],
    ['Files', memory.entities.files.join(', ')],
    ['Found for', row?.id === memory.id ? (row.why ?? '') : ''],
    ['Worth', memory.isOwn ? 'Your own words' : `${Math.round(memory.weight * 100)} of 100`],
  ];
  return (
    <dl>
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Line text={value} />
            </dd>
          </div>
        ))}
    </dl>
  );
}

function Quote({ evidence: { quote, place, lines } }: { readonly evidence: Evidence }) {
  const where = place.path ? `${fileName(place.path)}${lines ? `:${lines[0]}` : place.line ? `:${place.line}` : ''}` : '';
  return (
    <figure>
      <blockquote>
        <Captured text={quote} />
      </blockquote>
      <figcaption class="note" title={place.path && oneLine(place.path)}>
        {sourceWords(place.source)}, {age(place.atMs)}
        {where && (
          <>
            {' · '}
            <Line text={where} />
          </>
        )}
      </figcaption>
    </figure>
  );
}
