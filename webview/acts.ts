// What a person does to memories: asked of the editor, said to a screen reader, and where it fails, said to the person. Resolves with whether it was done.
import { wordsOf } from './asking.ts';
import { oneLine } from './captured.tsx';
import { type ListRow, usePanel } from './panel.ts';
import type { Kind, MemoryId, MergeGroup, PageQuestions, Question, ReviewReason, Scope, SessionId } from './protocol.ts';
import { memories, number } from './words.ts';

/** Listed before something is done to many. */
const FIRST = 5;

export interface Change {
  readonly text: string;
  readonly kind: Kind;
}

export interface Acts {
  /** Asks first where it is more than one; `known` gives the words of those that are at hand. */
  forget(ids: readonly MemoryId[], known: readonly ListRow[]): Promise<boolean>;
  /** The person has been asked. */
  forgetAsked(ids: readonly MemoryId[]): Promise<boolean>;
  merge(groups: readonly MergeGroup[]): Promise<boolean>;
  keep(reason: ReviewReason, ids: readonly MemoryId[]): Promise<boolean>;
  edit(id: MemoryId, change: Change): Promise<boolean>;
  setPinned(ids: readonly MemoryId[], isPinned: boolean): Promise<boolean>;
  setScope(ids: readonly MemoryId[], scope: Scope): Promise<boolean>;
  copy(ids: readonly MemoryId[]): Promise<boolean>;
  openSource(id: MemoryId): Promise<boolean>;
  holdBack(id: MemoryId, session: SessionId | null, isHeldBack: boolean): Promise<boolean>;
  undo(): Promise<boolean>;
  /** Starts the memory service again. */
  restart(): Promise<boolean>;
  showLog(): Promise<boolean>;
}

export function useActs(): Acts {
  const { host, say, complain, confirm, refresh } = usePanel();

  async function act<Q extends Question>(said: string, question: Q, ...args: Parameters<PageQuestions[Q]>): Promise<boolean> {
    try {
      await host.ask(question, ...args);
    } catch (thrown) {
      complain(wordsOf(thrown));
      return false;
    }
    if (said) say(said);
    return true;
  }

  /** For what changes a list: it is asked for again without waiting to be told. */
  async function change<Q extends Question>(said: string, question: Q, ...args: Parameters<PageQuestions[Q]>): Promise<boolean> {
    const isDone = await act(said, question, ...args);
    if (isDone) refresh();
    return isDone;
  }

  async function firstWords(ids: readonly MemoryId[], known: readonly ListRow[]): Promise<string[]> {
    const byId = new Map(known.map((row) => [row.id, row.text]));
    const first = await Promise.all(ids.slice(0, FIRST).map(async (id) => byId.get(id) ?? (await host.ask('memory', id))?.text));
    return first.filter((text) => text !== undefined).map((text) => oneLine(text, 200));
  }

  const forgetAsked = (ids: readonly MemoryId[]) => change(`${memories(ids.length)} forgotten. Undo with Ctrl+Z.`, 'forget', ids);

  return {
    async forget(ids, known) {
      if (ids.length > 1) {
        const first = await firstWords(ids, known).catch(() => []);
        const detail = 'They are gone from every list at once, and for good after some seconds.';
        const question = `Forget ${memories(ids.length)}?`;
        if (!(await confirm({ question, detail, first, count: ids.length, act: `Forget ${number(ids.length)}` }))) return false;
      }
      return forgetAsked(ids);
    },
    forgetAsked,
    merge: (groups) =>
      change(
        groups.length === 1 ? 'Merged. Undo with Ctrl+Z.' : `${number(groups.length)} groups merged. Undo with Ctrl+Z.`,
        'merge',
        groups,
      ),
    keep: (reason, ids) => change('Kept.', 'keep', reason, ids),
    edit: (id, changed) => change('Saved.', 'edit', id, changed),
    setPinned: (ids, isPinned) => change(`${memories(ids.length)} ${isPinned ? 'pinned' : 'unpinned'}.`, 'setPinned', ids, isPinned),
    setScope: (ids, scope) =>
      change(
        `${memories(ids.length)} ${scope === 'global' ? 'now hold everywhere' : 'now belong to this project'}.`,
        'setScope',
        ids,
        scope,
      ),
    copy: (ids) => act(`${memories(ids.length)} copied.`, 'copy', ids),
    openSource: (id) => act('', 'openSource', id),
    holdBack: (id, session, isHeldBack) =>
      change(isHeldBack ? 'Not given in this session.' : 'Let in again.', 'holdBack', id, session ?? undefined, isHeldBack),
    undo: () => change('Brought back.', 'undo'),
    restart: () => act('Starting again.', 'restart'),
    showLog: () => act('', 'showLog'),
  };
}
