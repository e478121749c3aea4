// What can be done to the rows that are meant: the selected ones, else the one under the cursor.
import type { Acts } from '../acts.ts';
import type { ListRow, MenuItem } from '../panel.ts';
import type { MemoryId, Scope } from '../protocol.ts';

export interface RowActs {
  readonly forget: () => void;
  readonly pin: (isPinned: boolean) => void;
  readonly scope: (scope: Scope) => void;
  readonly copy: () => void;
}

/** `targets`: what is meant once the selection is made; a large one takes a moment. `onForgotten`: all of it is gone. */
export function rowActs(
  acts: Acts,
  targets: () => Promise<readonly MemoryId[]>,
  known: () => readonly ListRow[],
  onForgotten: () => void,
): RowActs {
  const withTargets = async (act: (ids: readonly MemoryId[]) => Promise<boolean>): Promise<boolean> => {
    const ids = await targets();
    return ids.length > 0 && act(ids);
  };
  return {
    forget: () => void withTargets((ids) => acts.forget(ids, known())).then((isDone) => isDone && onForgotten()),
    pin: (isPinned) => void withTargets((ids) => acts.setPinned(ids, isPinned)),
    scope: (scope) => void withTargets((ids) => acts.setScope(ids, scope)),
    copy: () => void withTargets((ids) => acts.copy(ids)),
  };
}

interface MenuParts {
  readonly row: ListRow;
  readonly count: number;
  readonly acts: RowActs;
  readonly onOpen: () => void;
  readonly onEdit: () => void;
  readonly onSource: () => void;
}
/** The menu of a row; where several are selected, of all of them. */
export function menuOf({ row, count, acts, onOpen, onEdit, onSource }: MenuParts): MenuItem[] {
  const isGlobal = row.scope === 'global';
  const single: MenuItem[] = [
    { label: 'Show', keys: 'Enter', run: onOpen },
    { label: 'Open Source', keys: 'O', run: onSource },
    { label: 'Edit…', keys: 'E', run: onEdit },
  ];
  const many = count > 1 ? ` ${count}` : '';
  return [
    ...(count > 1 ? [] : single),
    { label: `Copy${many}`, keys: 'Ctrl+C', isSeparated: count === 1, run: acts.copy },
    { label: row.pinned ? `Unpin${many}` : `Pin${many}`, keys: 'P', run: () => acts.pin(!row.pinned) },
    {
      label: isGlobal ? `Keep${many} to This Project` : `Make${many} Global`,
      run: () => acts.scope(isGlobal ? 'project' : 'global'),
    },
    { label: `Forget${many}${count > 1 ? '…' : ''}`, keys: 'Del', isSeparated: true, run: acts.forget },
  ];
}
