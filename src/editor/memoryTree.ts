// The memory browser: memories in groups, those of the open file first, with what was just forgotten on top for as long as that can be undone. Lists are asked
// for in slices as they are opened; nothing is held but what is shown.
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { GROUPINGS, type Group, type Grouping } from '../browsing.ts';
import type { ServiceApi } from '../link/protocol.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';
import { messageOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import { setContext, type ContextKey } from './commands.ts';
import type { Forgetting } from './forgetting.ts';
import { draggable } from './tree/dragging.ts';
import { hoverOf } from './tree/hover.ts';
import { forgottenItem, groupItem, hereItem, memoryItem, moreItem } from './tree/items.ts';
import { HERE, type ListNode, type TreeNode, facetsOf, keyOf } from './tree/nodes.ts';
import { decorateSuperseded } from './tree/superseded.ts';
import { KIND_LABELS, counted } from './words.ts';

/** Rows of a list, or groups, that are shown at first and with each "Show more". */
const SLICE = 50;
/** Of those for the open file at first fewer: they stand above the groups, which should stay in sight. */
const HERE_SLICE = 10;
const GROUPING = 'grouping';
/** Drawing the tree takes an answer or two of the service. */
const SELECTION_WAIT_MS = 1_000;
const SELECTION_LOOK_MS = 50;

const GROUPING_KEYS: Readonly<Record<Grouping, ContextKey>> = {
  kind: 'cairn.isByKind',
  file: 'cairn.isByFile',
  session: 'cairn.isBySession',
  age: 'cairn.isByAge',
};

export interface MemoryTreeParts {
  readonly api: Pick<ServiceApi, 'browse' | 'groups' | 'memory'>;
  readonly forgetting: Forgetting;
  /** Remembers how memories are grouped. */
  readonly state: vscode.Memento;
  /** The file that is worked on: absolute, links resolved. */
  readonly openFile: () => string | undefined;
  readonly log: Log;
}

export class MemoryTree implements vscode.TreeDataProvider<TreeNode>, Disposable {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.own(new vscode.EventEmitter<TreeNode | undefined>());
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #parts: MemoryTreeParts;
  /** How much of each list is shown, by its node's key; the groups' is ''. */
  readonly #shown = new Map<string, number>();
  /** What stood beneath each node that was opened: to tell whether something has changed, and for when the service does not answer. */
  readonly #known = new Map<string, { readonly node: TreeNode | undefined; readonly children: readonly TreeNode[] }>();
  #pending: readonly (TreeNode & { readonly kind: 'forgotten' })[] = [];
  #filter = '';
  /** That of the section on top. */
  #file: string | undefined;
  #isReady = false;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(parts: MemoryTreeParts) {
    this.#parts = parts;
    this.#view = this.#owned.own(
      vscode.window.createTreeView<TreeNode>('cairn.memories', {
        treeDataProvider: this,
        canSelectMany: true,
        showCollapseAll: true,
        dragAndDropController: draggable(),
      }),
    );
    this.#owned.own(decorateSuperseded());
    this.#owned.own(parts.forgetting.onDidChange(() => this.#showForgotten()));
    this.#tellGrouping();
  }

  /** While the tree is drawn anew the editor knows of no selection: then it is waited for, a moment. */
  async selected(): Promise<readonly TreeNode[]> {
    const end = Date.now() + SELECTION_WAIT_MS;
    while (this.#view.selection.length === 0 && Date.now() < end) await delay(SELECTION_LOOK_MS);
    return this.#view.selection;
  }

  get grouping(): Grouping {
    const kept = this.#parts.state.get<string>(GROUPING);
    return GROUPINGS.find((grouping) => grouping === kept) ?? 'kind';
  }

  async setGrouping(grouping: Grouping): Promise<void> {
    await this.#parts.state.update(GROUPING, grouping);
    this.#shown.clear();
    this.#known.clear();
    this.#tellGrouping();
    this.refresh();
  }

  get filter(): string {
    return this.#filter;
  }

  setFilter(text: string): void {
    if (text.trim() === this.#filter) return;
    this.#filter = text.trim();
    this.#shown.clear();
    this.#known.clear();
    setContext('cairn.isFiltered', this.#filter !== '');
    this.refresh();
  }

  /** Shows the next slice of a list. */
  showMore(of: string): void {
    this.#shown.set(of, this.#shownOf(of) + SLICE);
    this.refresh();
  }

  /** `badge`: how many memories are worth a look. */
  setBadge(badge: vscode.ViewBadge | undefined): void {
    this.#view.badge = badge;
  }

  /** Draws anew all that is open. */
  refresh(): void {
    this.#changed.fire(undefined);
  }

  /**
   * Something changed in the service, perhaps none of what is shown: only if it did is the tree drawn anew, for that takes the selection from the command that is on its
   * way. The first call says that the service can answer.
   */
  async update(): Promise<void> {
    const isFirst = !this.#isReady;
    this.#isReady = true;
    if (isFirst || (await this.#isStale())) this.refresh();
  }

  /** The file that is worked on may be another one. */
  follow(): void {
    if (this.#isReady && this.#parts.openFile() !== this.#file) this.refresh();
  }

  /** A question that fails leaves what was shown. */
  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    const key = node ? keyOf(node) : '';
    try {
      const children = await this.#ask(node);
      this.#known.set(key, { node, children });
      return children;
    } catch (thrown) {
      this.#parts.log.debug('the memory browser got no answer', messageOf(thrown));
      return [...(this.#known.get(key)?.children ?? [])];
    }
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'here':
        return hereItem(node);
      case 'group':
        return groupItem(node, Date.now(), this.#filter !== '');
      case 'memory':
        return memoryItem(node, Date.now());
      case 'more':
        return moreItem(node);
      case 'forgotten': {
        const batch = this.#parts.forgetting.pending.find(({ id }) => id === node.batch);
        return forgottenItem(node, batch, batch ? this.#parts.forgetting.secondsLeft(batch) : 0);
      }
    }
  }

  async resolveTreeItem(item: vscode.TreeItem, node: TreeNode): Promise<vscode.TreeItem> {
    if (node.kind !== 'memory') return item;
    const memory = await this.#parts.api.memory(node.row.id);
    if (memory) item.tooltip = hoverOf(memory, node.row.uses, Date.now());
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #isStale(): Promise<boolean> {
    for (const [key, { node, children }] of this.#known) {
      const now = await this.#ask(node).catch(() => children);
      if (JSON.stringify(now) === JSON.stringify(children)) continue;
      // What is drawn next asks again; what is not there any more is not asked about.
      if (key !== '') this.#known.delete(key);
      return true;
    }
    return false;
  }

  async #ask(node: TreeNode | undefined): Promise<TreeNode[]> {
    if (!node) return [...this.#pending, ...(this.#isReady ? await this.#lists() : [])];
    return node.kind === 'here' || node.kind === 'group' || node.kind === 'memory' ? this.#memories(node) : [];
  }

  async #lists(): Promise<TreeNode[]> {
    const { api } = this.#parts;
    const by = this.grouping;
    this.#file = this.#parts.openFile();
    const file = this.#filter === '' ? this.#file : undefined;
    const [{ groups, total, memories }, here] = await Promise.all([
      api.groups(undefined, { text: this.#filter, facets: {}, isNarrow: true }, by, 0, this.#shownOf('')),
      file === undefined ? 0 : api.groups(undefined, { text: '', facets: { about: [file] } }, 'kind', 0, 0).then((slice) => slice.memories),
    ]);
    this.#say(memories);
    return [
      ...(file !== undefined && here > 0 ? [{ kind: 'here', file, count: here } as const] : []),
      ...inOrder(by, groups).map((group): TreeNode => ({ kind: 'group', by, group })),
      ...this.#more('', total),
    ];
  }

  async #memories(node: ListNode): Promise<TreeNode[]> {
    const key = keyOf(node);
    const isBeneath = node.kind === 'memory';
    const text = node.kind === 'group' ? this.#filter : '';
    const query = {
      text,
      facets: facetsOf(node),
      order: text === '' ? 'newest' : 'relevance',
      isNested: !isBeneath,
      isNarrow: true,
    } as const;
    const { rows, total } = await this.#parts.api.browse(undefined, query, 0, this.#shownOf(key));
    const hidden = this.#parts.forgetting.hidden;
    const shown = rows.filter(({ id }) => !hidden.has(id));
    return [...shown.map((row): TreeNode => ({ kind: 'memory', row, parent: key })), ...this.#more(key, total)];
  }

  #more(of: string, total: number): TreeNode[] {
    const left = total - this.#shownOf(of);
    return left > 0 ? [{ kind: 'more', of, left }] : [];
  }

  #shownOf(key: string): number {
    return this.#shown.get(key) ?? (key === HERE ? HERE_SLICE : SLICE);
  }

  #say(memories: number): void {
    this.#view.description = memories > 0 ? memories.toLocaleString('en') : '';
    // Typed so that undefined cannot be set; an empty message takes it away too.
    this.#view.message = this.#filter === '' ? '' : `Filter: “${this.#filter}”, ${memories === 0 ? 'nothing' : counted(memories)} found`;
  }

  /** The seconds are counted down on the row alone; only what came or went draws the tree anew. */
  #showForgotten(): void {
    const { pending } = this.#parts.forgetting;
    const isSame = pending.length === this.#pending.length && pending.every(({ id }, i) => this.#pending[i]?.batch === id);
    if (isSame) {
      for (const node of this.#pending) this.#changed.fire(node);
      return;
    }
    this.#pending = pending.map(({ id }) => this.#pending.find(({ batch }) => batch === id) ?? { kind: 'forgotten', batch: id });
    this.#changed.fire(undefined);
  }

  #tellGrouping(): void {
    for (const grouping of GROUPINGS) setContext(GROUPING_KEYS[grouping], grouping === this.grouping);
  }
}

/** Kinds as people read them; the rest as it comes. */
function inOrder(by: Grouping, groups: readonly Group[]): readonly Group[] {
  const kinds = Object.keys(KIND_LABELS);
  return by === 'kind' ? groups.toSorted((a, b) => kinds.indexOf(a.value) - kinds.indexOf(b.value)) : groups;
}
