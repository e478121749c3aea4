// A memory in a list: its words, and below them what it is, from where, how old, and what came of it.
import { Line } from '../captured.tsx';
import { KIND_ICONS, Icon } from '../icon.tsx';
import type { ListRow } from '../panel.ts';
import { isFailure } from './outcome.ts';
import { KIND_WORDS, OUTCOME_WORDS, age, date, fileName, sourceWords, uses } from '../words.ts';

export function MemoryWords({ row }: { readonly row: ListRow }) {
  return (
    <span class={`words ${row.status === 'superseded' ? 'overridden' : ''}`}>
      <Line text={row.text} />
    </span>
  );
}

export function KindIcon({ row }: { readonly row: ListRow }) {
  return <Icon name={KIND_ICONS[row.kind]} class={isFailure(row.outcome) ? 'failed' : ''} />;
}

/** `why`: shown in place of what is told of every memory. */
export function MemoryMeta({ row, why }: { readonly row: ListRow; readonly why?: string | undefined }) {
  const parts = why
    ? [why]
    : [
        row.outcome && !(row.kind === 'failed_attempt' && isFailure(row.outcome)) ? OUTCOME_WORDS[row.outcome].toLowerCase() : '',
        sourceWords(row.source),
        uses(row),
        row.files.length > 0
          ? row.files.slice(0, 2).map(fileName).join(', ') + (row.files.length > 2 ? ` +${row.files.length - 2}` : '')
          : '',
      ];
  return (
    <span class="meta">
      {row.pinned && (
        <>
          <Icon name="pinned" />
          <span class="unseen">Pinned, </span>
        </>
      )}
      {row.scope === 'global' && (
        <>
          <Icon name="globe" />
          <span class="unseen">everywhere, </span>
        </>
      )}
      {row.status === 'superseded' && 'overridden · '}
      {KIND_WORDS[row.kind]}
      {parts
        .filter((part) => part !== '')
        .map((part) => (
          <>
            {' · '}
            <Line text={part} />
          </>
        ))}
      {!why && <span title={date(row.atMs)}>{` · ${age(row.atMs)}`}</span>}
    </span>
  );
}
