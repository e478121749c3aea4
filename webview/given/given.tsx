// "Given": the ledger. How much of what was given was used, by week; then each giving, the newest first.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { NoAnswer, Empty } from '../notes.tsx';
import { usePanel } from '../panel.ts';
import { useKept } from '../state.ts';
import { Giving, keyOf } from './giving.tsx';
import { useLedger } from './ledger.ts';
import { Weeks } from './weeks.tsx';

/** So far from the end the next page is asked for. */
const AHEAD_PX = 1_200;

export function GivenTab() {
  const { keeper } = usePanel();
  const [kept, change] = useKept(keeper, 'given');
  const { value, trouble, more } = useLedger();
  const scroller = useRef<HTMLDivElement>(null);
  const hasScrolled = useRef(false);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!value || !element || hasScrolled.current) return;
    hasScrolled.current = true;
    element.scrollTop = kept.scrollTop;
  }, [value]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    keeper.set('given', { ...keeper.get('given'), scrollTop: element.scrollTop });
    if (value?.hasMore && element.scrollHeight - element.scrollTop - element.clientHeight < AHEAD_PX) more();
  };
  const toggle = (key: string, isOpen: boolean) => {
    const { open } = keeper.get('given');
    if (open.includes(key) !== isOpen) change({ open: isOpen ? [...open, key] : open.filter((other) => other !== key) });
  };

  if (!value) return trouble === undefined ? <div class="scrolls" aria-busy="true" /> : <NoAnswer trouble={trouble} />;
  if (value.givings.length === 0) {
    return (
      <Empty icon="info" title="Nothing was given yet">
        <p>
          When a session of a connected assistant starts, or you send it a prompt, what it was told stands here, with what it cost and what
          of it was used.
        </p>
        <p>“Next” shows what that will be.</p>
      </Empty>
    );
  }
  return (
    <div class="given scrolls" ref={scroller} onScroll={onScroll}>
      <Weeks weeks={value.weeks} />
      <h2>Givings</h2>
      <p class="note about">
        A memory counts as used when its names, files or commands come back in a reply, an edit or a command that followed, and you did not
        say them yourself.
      </p>
      {value.givings.map((given) => (
        <Giving key={keyOf(given)} given={given} isOpen={kept.open.includes(keyOf(given))} onToggle={toggle} />
      ))}
      {trouble !== undefined && <p class="note">{trouble}</p>}
      {value.hasMore ? (
        <button type="button" class="link" onClick={more}>
          Show more
        </button>
      ) : (
        <p class="note about">This is all.</p>
      )}
    </div>
  );
}
