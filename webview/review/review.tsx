// "Review": one question after the other, worst first, to be answered by a letter each; and all of one reason at once.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Acts, type Change, useActs } from '../acts.ts';
import { Icon } from '../icon.tsx';
import { Empty, NoAnswer } from '../notes.tsx';
import { hasModifier, isForControl } from '../keys.ts';
import { usePanel } from '../panel.ts';
import type { MemoryId, ReviewItem } from '../protocol.ts';
import { useVirtualList } from '../rows/virtualList.ts';
import { useKept } from '../state.ts';
import { number } from '../words.ts';
import { AllOfReason } from './allOfReason.tsx';
import { QuestionCard } from './question.tsx';
import { keyOf, useReviewing } from './questions.ts';
import { Reasons } from './reasons.tsx';

/** A question of one memory, unopened. */
const CARD_PX = 64;
/** So near the end of what is at hand, the rest is asked for. */
const NEAR_END = 40;

export type Answering = 'keep' | 'edit' | 'merge' | 'forget' | 'source';
const KEYS: Readonly<Record<string, Answering>> = {
  k: 'keep',
  e: 'edit',
  m: 'merge',
  f: 'forget',
  Delete: 'forget',
  o: 'source',
};

export function ReviewTab() {
  const panel = usePanel();
  const { keeper, say } = panel;
  const [kept, change] = useKept(keeper, 'review');
  const reviewing = useReviewing();
  const acts = useActs();
  const [editing, setEditing] = useState<string>();
  /** Of groups, which memory is to stay, where it is not the proposed one. */
  const [chosen, setChosen] = useState<{ readonly key: string; readonly id: MemoryId }>();
  const scroller = useRef<HTMLDivElement>(null);
  const takesFocus = useRef(false);
  // The focus goes on to the next question when the one that had it is answered.
  const hadFocus = scroller.current?.contains(document.activeElement) === true;
  const lastAt = useRef(0);

  const { questions } = reviewing;
  const items = (questions?.items ?? []).filter(({ reason }) => kept.reason === null || reason === kept.reason);
  const found = items.findIndex((item) => keyOf(item) === kept.current);
  // What was current is answered: the next one has taken its place.
  const at = found >= 0 ? found : Math.min(lastAt.current, items.length - 1);
  lastAt.current = Math.max(0, at);
  const current = items[at];

  const virtual = useVirtualList({
    ...{ scroller, count: items.length, rowHeight: CARD_PX, overscan: 6, kept: at },
    keyOf: (index) => (items[index] ? keyOf(items[index]) : String(index)),
  });

  const wantsMore = questions !== undefined && questions.items.length < questions.total;
  const isNearEnd = wantsMore && (at > items.length - NEAR_END || kept.reason !== null);
  useEffect(() => {
    if (isNearEnd) reviewing.all();
  }, [isNearEnd]);

  useLayoutEffect(() => {
    const lostFocus = hadFocus && !scroller.current?.contains(document.activeElement);
    if ((!takesFocus.current && !lostFocus) || !current) return;
    takesFocus.current = false;
    const card = scroller.current?.querySelector<HTMLElement>('[aria-current="true"]');
    card?.focus({ preventScroll: true });
    virtual.scrollToIndex(at, { align: 'auto' });
  });

  const go = (to: number) => {
    const item = items[Math.max(0, Math.min(to, items.length - 1))];
    if (!item) return;
    takesFocus.current = true;
    setEditing(undefined);
    change({ current: keyOf(item) });
  };

  const answered = (item: ReviewItem, act: () => Promise<boolean>) => {
    const next = items[at + 1] ?? items[at - 1];
    if (item === current) change({ current: next ? keyOf(next) : '' });
    takesFocus.current = true;
    setEditing(undefined);
    void reviewing.answer([item], act).then((isDone) => isDone && say(leftWords(questions ? questions.total - 1 : 0)));
  };

  const answer = (item: ReviewItem, how: Answering) => {
    if (how === 'source') {
      const [row] = item.rows;
      if (row) void acts.openSource(chosenOf(item, chosen) ?? row.id);
    } else if (how === 'edit') setEditing(keyOf(item));
    else if (how === 'merge' && item.reason !== 'duplicate') return;
    else if (how === 'forget' && forgettable(item).length > 1) {
      // Asked about first: the question stays until the person has said so.
      void acts.forget(forgettable(item), item.rows).then((isDone) => isDone && answered(item, () => Promise.resolve(true)));
    } else answered(item, () => carryOut(acts, item, how, chosenOf(item, chosen)));
  };

  const save = (item: ReviewItem, changed: Change) => {
    const id = chosenOf(item, chosen) ?? item.rows[0]?.id;
    if (id === undefined) return;
    // Looked at and put right: that is an answer too. Where it is refused, what was typed stays.
    void acts.edit(id, changed).then((isDone) => isDone && answered(item, () => acts.keep(item.reason, askedAbout(item))));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (hasModifier(event) || isForControl(event) || !current) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / CARD_PX) - 1);
    const move: Record<string, number> = {
      ...{ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 },
      ...{ PageDown: at + page, PageUp: at - page },
    };
    const to = move[event.key];
    const how = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const nth = current.reason === 'duplicate' ? current.rows[Number(event.key) - 1] : undefined;
    if (to !== undefined) go(to);
    else if (how) answer(current, how);
    else if (nth) setChosen({ key: keyOf(current), id: nth.id });
    else return;
    event.preventDefault();
  };

  if (!questions) {
    return reviewing.trouble === undefined ? <div class="scrolls" aria-busy="true" /> : <NoAnswer trouble={reviewing.trouble} />;
  }
  if (questions.total === 0) {
    return questions.isLooking ? (
      <Empty icon="sync" title="Looking through the memories…">
        <p>What is overridden, told twice, stale, doubtful or never used appears here as it is found.</p>
      </Empty>
    ) : (
      <Empty icon="check" title="Nothing needs a look">
        <p>What is overridden, told twice, stale, doubtful or never used is asked about here, and each answer is remembered.</p>
      </Empty>
    );
  }
  return (
    <div class="review">
      <Reasons
        questions={questions}
        reason={kept.reason}
        onChoose={(reason) => {
          lastAt.current = 0;
          change({ reason, current: '' });
        }}
      />
      {kept.reason !== null && (
        <AllOfReason reason={kept.reason} items={items} count={questions.counts[kept.reason]} reviewing={reviewing} acts={acts} />
      )}
      {items.length === 0 && (
        <Empty icon="check" title="No more questions of this kind">
          <p>Choose another kind above.</p>
        </Empty>
      )}
      <div class="scrolls cards" ref={scroller} onKeyDown={onKeyDown}>
        <div class="cards-list" role="list" aria-label="What is worth a look" style={{ height: `${virtual.getTotalSize()}px` }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const item = items[index];
            if (!item) return null;
            const key = keyOf(item);
            return (
              <div
                key={key}
                role="listitem"
                class={`card ${index === at ? 'current' : ''}`}
                data-index={index}
                aria-current={index === at ? 'true' : undefined}
                aria-setsize={Math.max(items.length, kept.reason === null ? questions.total : questions.counts[kept.reason])}
                aria-posinset={index + 1}
                tabIndex={index === at ? 0 : -1}
                style={{ transform: `translateY(${start}px)` }}
                ref={(element) => virtual.measureElement(element)}
                onFocus={() => index !== at && change({ current: key })}
              >
                <QuestionCard
                  item={item}
                  isCurrent={index === at}
                  chosen={chosenOf(item, chosen)}
                  isEditing={editing === key && index === at}
                  onChoose={(id) => setChosen({ key, id })}
                  onAnswer={(how) => answer(item, how)}
                  onSave={(changed) => save(item, changed)}
                  onCancel={() => {
                    takesFocus.current = true;
                    setEditing(undefined);
                  }}
                />
              </div>
            );
          })}
        </div>
      </div>
      {/* Below: what comes and goes here must not move a button from under the pointer. */}
      {questions.isLooking && (
        <p class="note looking" role="status">
          <Icon name="sync" class="turning" /> Still comparing the memories: there may be more.
        </p>
      )}
      <p class="note hints" aria-hidden="true">
        <kbd>↑</kbd> <kbd>↓</kbd> move · <kbd>K</kbd> keep · <kbd>E</kbd> edit · <kbd>M</kbd> merge · <kbd>1</kbd>…<kbd>9</kbd> choose which
        stays · <kbd>F</kbd> forget · <kbd>O</kbd> open source
      </p>
    </div>
  );
}

const leftWords = (left: number): string => (left === 0 ? 'That was the last question.' : `${number(left)} left.`);

function chosenOf(item: ReviewItem, chosen: { readonly key: string; readonly id: MemoryId } | undefined): MemoryId | undefined {
  return chosen?.key === keyOf(item) ? chosen.id : undefined;
}

/** Of an overridden one and what overrides it, only the first is in question. */
export function askedAbout({ reason, rows }: ReviewItem): MemoryId[] {
  const ids = rows.map(({ id }) => id);
  return reason === 'duplicate' ? ids : ids.slice(0, 1);
}
const forgettable = askedAbout;

/** `stays`: of a group, the one that a person has chosen. */
export function carryOut(acts: Acts, item: ReviewItem, how: 'keep' | 'merge' | 'forget', stays?: MemoryId): Promise<boolean> {
  if (how === 'keep') return acts.keep(item.reason, askedAbout(item));
  if (how === 'forget') return acts.forget(forgettable(item), item.rows);
  return acts.merge([groupOf(item, stays)]);
}

export function groupOf({ rows }: ReviewItem, stays = rows[0]?.id): { id: MemoryId; others: MemoryId[] } {
  return { id: stays as MemoryId, others: rows.map(({ id }) => id).filter((id) => id !== stays) };
}
