// What a person can do with memories, from the tree, the picker, the explorer and the palette alike.
import path from 'node:path';
import * as vscode from 'vscode';
import { lengthTrouble, type Facets, type MemoryRow } from '../browsing.ts';
import type { ServiceApi } from '../link/protocol.ts';
import type { Memory, MemoryId, Scope } from '../memory.ts';
import { UserError } from '../util/errors.ts';
import { forgetRows, rowsFound } from './forgetMany.ts';
import type { Forgetting } from './forgetting.ts';
import { groupLabel } from './tree/items.ts';
import { type ListNode, type TreeNode, facetsOf } from './tree/nodes.ts';
import { rendered } from './words.ts';

export interface MemoryActionParts {
  readonly api: Pick<ServiceApi, 'browse' | 'memory' | 'edit' | 'setPinned' | 'rebuildIndex'>;
  readonly forgetting: Forgetting;
  /** What is selected in the tree: a command from the keyboard or the palette means that. */
  readonly selected: () => Promise<readonly TreeNode[]>;
  /** What the tree is narrowed to: a group means what is shown of it. */
  readonly filter: () => string;
  /** A file as the service knows it: with links resolved. */
  readonly realFile: (file: string) => string;
}

export interface MemoryActions {
  /** Memories; a group among them stands for all that is found in it. */
  forget(node?: TreeNode, nodes?: readonly TreeNode[]): Promise<void>;
  forgetOne(memory: Memory): Promise<void>;
  /** Absent: the file in the active editor. */
  forgetFile(file?: vscode.Uri): Promise<void>;
  forgetSession(node?: TreeNode): Promise<void>;
  edit(node?: TreeNode): Promise<void>;
  setScope(scope: Scope, node?: TreeNode, nodes?: readonly TreeNode[]): Promise<void>;
  copy(node?: TreeNode, nodes?: readonly TreeNode[]): Promise<void>;
  pin(pinned: boolean, node?: TreeNode, nodes?: readonly TreeNode[]): Promise<void>;
  /** Shows why a memory was kept, by `show`. */
  explain(node: TreeNode | undefined, show: (row: MemoryRow) => Promise<void>): Promise<void>;
  openSourceOf(node?: TreeNode): Promise<void>;
  /** Absent `column`: the active one. */
  openSource(memory: Memory, column?: vscode.ViewColumn): Promise<void>;
  rebuildIndex(): Promise<void>;
}

export function memoryActions({ api, forgetting, selected, filter, realFile }: MemoryActionParts): MemoryActions {
  const chosen = async (node?: TreeNode, nodes?: readonly TreeNode[]): Promise<readonly TreeNode[]> =>
    // A button on a row outside the selection means that row alone.
    node && nodes?.includes(node) ? nodes : node ? [node] : selected();

  /** The memories among what is chosen, each once. */
  const meant = async (node?: TreeNode, nodes?: readonly TreeNode[]): Promise<MemoryRow[]> => memoriesIn(await chosen(node, nodes));

  async function whole(id: MemoryId): Promise<Memory> {
    const memory = await api.memory(id);
    if (!memory) throw new UserError('This memory is not there any more. The list shows what is.');
    return memory;
  }

  async function forgetFound(facets: Facets, whose: string, text = ''): Promise<void> {
    await forgetRows(forgetting, await rowsFound(api, text, facets), whose);
  }

  async function forget(node?: TreeNode, nodes?: readonly TreeNode[]): Promise<void> {
    const all = await chosen(node, nodes);
    const lists = all.filter((one) => one.kind === 'group' || one.kind === 'here');
    const [first] = lists;
    const rows = memoriesIn(all);
    if (first && lists.length === 1 && rows.length === 0) {
      await forgetFound(facetsOf(first), whoseOf(first), first.kind === 'group' ? filter() : '');
      return;
    }
    const found = await Promise.all(lists.map((list) => rowsFound(api, list.kind === 'group' ? filter() : '', facetsOf(list))));
    const forgotten = onceEach([...rows, ...found.flat()]);
    if (forgotten.length > 0) await forgetRows(forgetting, forgotten);
  }

  return {
    forget,
    forgetOne: (memory) => forgetting.forget([memory.id]),

    async forgetFile(file = vscode.window.activeTextEditor?.document.uri) {
      if (file?.scheme !== 'file') throw new UserError('No file is open. Open one, or choose it in the explorer.');
      await forgetFound({ about: [realFile(file.fsPath)] }, `of ${path.basename(file.fsPath)}`);
    },

    async forgetSession(node) {
      const [one] = await chosen(node);
      if (one?.kind === 'group' && one.by === 'session') return forget(one);
      if (one?.kind === 'memory') await forgetFound({ session: [one.row.session] }, 'of this session');
    },

    async edit(node) {
      const [row] = await meant(node);
      if (!row) return;
      // A row may hold no more than the start of it, which is not to take the place of the whole.
      const before = lengthTrouble(row.text) === undefined ? row.text : (await whole(row.id)).text;
      const text = await vscode.window.showInputBox({
        title: 'Cairn: Edit Memory',
        prompt: 'One sentence. Cairn leaves memories in your own words alone.',
        value: before,
        validateInput: (value) => (value.trim() === '' ? 'It needs some words. To be rid of it, forget it.' : lengthTrouble(value.trim())),
      });
      if (text !== undefined && text.trim() !== before) await api.edit(row.id, { text: text.trim() });
    },

    async setScope(scope, node, nodes) {
      for (const row of await meant(node, nodes)) if (row.scope !== scope) await api.edit(row.id, { scope });
    },

    async copy(node, nodes) {
      const rows = await meant(node, nodes);
      if (rows.length > 0) await vscode.env.clipboard.writeText(rows.map(rendered).join('\n'));
    },

    async pin(pinned, node, nodes) {
      for (const row of await meant(node, nodes)) await api.setPinned(row.id, pinned);
    },

    async explain(node, show) {
      const [row] = await meant(node);
      if (row) await show(row);
    },

    async openSourceOf(node) {
      const [row] = await meant(node);
      if (row) await openSource(await whole(row.id));
    },
    openSource,

    async rebuildIndex() {
      const options = { location: { viewId: 'cairn.memories' } };
      await vscode.window.withProgress(options, () => api.rebuildIndex());
      vscode.window.setStatusBarMessage('$(check) Cairn: the index is rebuilt', 4000);
    },
  };
}

const onceEach = (rows: readonly MemoryRow[]): MemoryRow[] => [...new Map(rows.map((row) => [row.id, row])).values()];
const memoriesIn = (nodes: readonly TreeNode[]): MemoryRow[] =>
  onceEach(nodes.flatMap((node) => (node.kind === 'memory' ? [node.row] : [])));

function whoseOf(list: ListNode): string {
  if (list.kind === 'here') return `of ${path.basename(list.file)}`;
  if (list.kind === 'memory') return '';
  return list.by === 'session' ? 'of this session' : `under “${groupLabel(list.by, list.group)}”`;
}

async function openSource(memory: Memory, column = vscode.ViewColumn.Active): Promise<void> {
  const evidence = memory.evidence.find(({ place }) => place.path !== undefined);
  if (!evidence?.place.path) {
    throw new UserError(
      'This memory came from something that leaves no file, such as a terminal command. What it was made from is quoted beside it.',
    );
  }
  const [first, last] = evidence.lines ?? [evidence.place.line ?? 1, evidence.place.line ?? 1];
  const selection = new vscode.Range(first - 1, 0, last - 1, 0);
  try {
    await vscode.window.showTextDocument(vscode.Uri.file(evidence.place.path), { selection, preview: true, viewColumn: column });
  } catch (thrown) {
    throw new UserError(
      'The place this memory came from cannot be opened: the file was moved, deleted, or is too large. What it was made from is quoted beside it.',
      { cause: thrown },
    );
  }
}
