// One giving: to whom, when, at what cost; opened, its memories and whether each was used.
import { Icon } from '../icon.tsx';
import type { Given } from '../protocol.ts';
import { MemoryMeta, MemoryWords } from '../rows/memoryLine.tsx';
import { OCCASION_WORDS, age, date, memories, number, sourceWords, tokens } from '../words.ts';

export const keyOf = ({ session, atMs, number: counted }: Given): string => `${session} ${atMs} ${counted}`;

interface GivingProps {
  readonly given: Given;
  readonly isOpen: boolean;
  readonly onToggle: (key: string, isOpen: boolean) => void;
}
export function Giving({ given, isOpen, onToggle }: GivingProps) {
  const used = given.memories.filter(({ isUsed }) => isUsed).length;
  return (
    <details class="giving" open={isOpen} onToggle={(event) => onToggle(keyOf(given), (event.currentTarget as HTMLDetailsElement).open)}>
      <summary>
        <Icon name="chevronRight" class="turns" />
        <span class="grow">
          <strong>
            <bdi>{sourceWords(given.assistant)}</bdi>
          </strong>{' '}
          {OCCASION_WORDS[given.occasion]}
          <span class="note" title={date(given.atMs)}>
            {' · '}
            {age(given.atMs)}
          </span>
        </span>
        <span class="note">
          {memories(given.memories.length)}, {used === 0 ? 'none used' : `${number(used)} used`} · {tokens(given.tokens)}
        </span>
      </summary>
      {isOpen && (
        <ul>
          {given.memories.map(({ id, row, isUsed }) => (
            <li key={id}>
              <span class={isUsed ? 'used' : 'unused'}>
                <Icon name={isUsed ? 'check' : 'circleSlash'} />
                {isUsed ? 'used' : 'not used'}
              </span>
              <div class="grow">
                {row ? (
                  <>
                    <MemoryWords row={row} />
                    <MemoryMeta row={row} />
                  </>
                ) : (
                  <span class="note">a memory forgotten since</span>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
