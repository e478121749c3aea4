// The memories of the block, in its order. Arrows move between them; H holds back, Delete forgets, P pins, O opens the source.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useActs } from '../acts.ts';
import { Line } from '../captured.tsx';
import { Quiet } from '../controls.tsx';
import { hasModifier, isForControl } from '../keys.ts';
import type { MemoryId, MemoryRow, Preview, SessionId } from '../protocol.ts';
import { KindIcon, MemoryMeta, MemoryWords } from '../rows/memoryLine.tsx';
import { number, tokens } from '../words.ts';

type BlockLine = Preview['lines'][number];

export function NextLines({ preview, session }: { readonly preview: Preview; readonly session: SessionId | null }) {
  const acts = useActs();
  const list = useRef<HTMLUListElement>(null);
  const [at, setAt] = useState(0);
  const takesFocus = useRef(false);
  // The focus goes on to the next one when what had it is taken out.
  const hadFocus = list.current?.contains(document.activeElement) === true;
  const { lines } = preview;
  const current = Math.min(at, lines.length - 1);
  const most = Math.max(...lines.map((line) => line.tokens));

  useLayoutEffect(() => {
    const lostFocus = hadFocus && !list.current?.contains(document.activeElement);
    if (!takesFocus.current && !lostFocus) return;
    takesFocus.current = false;
    (list.current?.children[current] as HTMLElement | undefined)?.focus();
  });

  const holdBack = (line: BlockLine) => void acts.holdBack(line.row.id, session, true);
  const forget = (line: BlockLine) => void acts.forget([line.row.id], [line.row]);
  const pin = (line: BlockLine) => void acts.setPinned([line.row.id], !line.row.pinned);

  const onKeyDown = (event: KeyboardEvent) => {
    const line = lines[current];
    if (!line || hasModifier(event) || isForControl(event)) return;
    const move: Record<string, number> = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: lines.length - 1 };
    const to = move[event.key];
    if (to !== undefined) {
      takesFocus.current = true;
      setAt(Math.max(0, Math.min(to, lines.length - 1)));
    } else if (event.key === 'h') holdBack(line);
    else if (event.key === 'Delete') forget(line);
    else if (event.key === 'p') pin(line);
    else if (event.key === 'o' || event.key === 'Enter') void acts.openSource(line.row.id);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <ul class="block" aria-label="Memories that are told" ref={list} onKeyDown={onKeyDown}>
        {lines.map((line, index) => (
          <li key={line.row.id} tabIndex={index === current ? 0 : -1} onFocus={() => setAt(index)}>
            <KindIcon row={line.row} />
            <div class="grow">
              <MemoryWords row={line.row} />
              <MemoryMeta row={line.row} why={line.why} />
            </div>
            <div class="cost" title={tokens(line.tokens)}>
              <span class="bar" aria-hidden="true">
                <span class="filled" style={{ width: `${(100 * line.tokens) / most}%` }} />
              </span>
              <span>
                {number(line.tokens)}
                <span class="unseen"> tokens</span>
              </span>
            </div>
            <div class="acts">
              <Quiet icon="eyeClosed" label="Not this session (H)" onClick={() => holdBack(line)}>
                Not this session
              </Quiet>
              <Quiet
                icon={line.row.pinned ? 'pinned' : 'pin'}
                label={line.row.pinned ? 'Unpin (P)' : 'Pin (P)'}
                isPressed={line.row.pinned}
                onClick={() => pin(line)}
              />
              <Quiet icon="trash" label="Forget (Delete)" onClick={() => forget(line)} />
            </div>
          </li>
        ))}
      </ul>
      <p class="note hints" aria-hidden="true">
        <kbd>↑</kbd> <kbd>↓</kbd> move · <kbd>H</kbd> not this session · <kbd>P</kbd> pin · <kbd>Del</kbd> forget · <kbd>O</kbd> open source
      </p>
    </>
  );
}

export function HeldBack({ rows, onLetIn }: { readonly rows: readonly MemoryRow[]; readonly onLetIn: (id: MemoryId) => void }) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>Held back from this session</h2>
      <ul class="block held" aria-label="Held back">
        {rows.map((row) => (
          <li key={row.id}>
            <KindIcon row={row} />
            <div class="grow">
              <span class="words">
                <Line text={row.text} />
              </span>
            </div>
            <div class="acts">
              <Quiet icon="eye" label="Let it in again" onClick={() => onLetIn(row.id)}>
                Let it in again
              </Quiet>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
