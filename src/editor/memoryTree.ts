// The memory browser: memories grouped by kind, with those just forgotten on top for as long as that can be undone.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Kind, Memory, MemoryId } from '../memory.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';
import type { Forgetting } from './forgetting.ts';
import { KIND_LABELS, age, rendered, sourceLabel } from './words.ts';

export type TreeNode =
  | { readonly kind: 'group'; readonly of: Kind; readonly memories: readonly Memory[] }
  | { readonly kind: 'memory'; readonly memory: Memory }
  | { readonly kind: 'forgotten'; readonly batch: number };

/** What the tree asks for; rejects or answers late, the tree keeps what it shows. */
export interface MemorySource {
  list(): Promise<readonly Memory[]>;
}

export class MemoryTree implements vscode.TreeDataProvider<TreeNode>, Disposable {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.own(new vscode.EventEmitter<undefined>());
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #source: MemorySource;
  readonly #forgetting: Forgetting;
  #memories: readonly Memory[] = [];
  #question = 0;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(source: MemorySource, forgetting: Forgetting) {
    this.#source = source;
    this.#forgetting = forgetting;
    this.#view = this.#owned.own(
      vscode.window.createTreeView<TreeNode>('cairn.memories', { treeDataProvider: this, canSelectMany: true, showCollapseAll: true }),
    );
    this.#owned.own(forgetting.onDidChange(() => this.#redraw()));
  }

  get selection(): readonly TreeNode[] {
    return this.#view.selection;
  }

  /** Asks for the memories anew; an answer that a later question has overtaken is dropped. */
  async refresh(): Promise<void> {
    const question = ++this.#question;
    const memories = await this.#source.list();
    if (question !== this.#question || this.#owned.isDisposed) return;
    this.#memories = memories;
    this.#redraw();
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (node?.kind === 'group') return node.memories.map((memory) => ({ kind: 'memory', memory }));
    if (node) return [];
    const shown = this.#shown();
    const kinds = Object.keys(KIND_LABELS) as Kind[];
    const groups = kinds.map((of): TreeNode & { kind: 'group' } => ({ kind: 'group', of, memories: shown.filter((m) => m.kind === of) }));
    const pending = this.#forgetting.pending.map((batch): TreeNode => ({ kind: 'forgotten', batch: batch.id }));
    return [...pending, ...groups.filter((group) => group.memories.length > 0)];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'group':
        return groupItem(node.of, node.memories.length);
      case 'memory':
        return memoryItem(node.memory);
      case 'forgotten':
        return this.#forgottenItem(node.batch);
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #shown(): Memory[] {
    const hidden: ReadonlySet<MemoryId> = this.#forgetting.hidden;
    return this.#memories.filter((memory) => !hidden.has(memory.id));
  }

  #redraw(): void {
    const count = this.#shown().length;
    this.#view.description = count > 0 ? String(count) : '';
    this.#changed.fire(undefined);
  }

  #forgottenItem(id: number): vscode.TreeItem {
    const batch = this.#forgetting.pending.find((b) => b.id === id);
    const count = batch?.memories.length ?? 0;
    const label = count === 1 ? 'Forgotten: 1 memory' : `Forgotten: ${count} memories`;
    const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
    const seconds = batch ? this.#forgetting.secondsLeft(batch) : 0;
    item.id = `forgotten:${id}`;
    item.description = `Undo: ${seconds} s left`;
    item.iconPath = new vscode.ThemeIcon('discard');
    item.contextValue = 'forgotten';
    item.command = { command: 'cairn.undoForget', title: 'Undo Forget', arguments: [{ kind: 'forgotten', batch: id } satisfies TreeNode] };
    item.accessibilityInformation = { label: `${label}. Press Enter to undo, ${seconds} seconds left.` };
    return item;
  }
}

function groupItem(of: Kind, count: number): vscode.TreeItem {
  const { many, icon } = KIND_LABELS[of];
  const item = new vscode.TreeItem(many, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `group:${of}`;
  item.description = String(count);
  item.iconPath = new vscode.ThemeIcon(icon);
  item.contextValue = 'group';
  item.accessibilityInformation = { label: `${many}, ${count}` };
  return item;
}

function memoryItem(memory: Memory): vscode.TreeItem {
  const item = new vscode.TreeItem(memory.text, vscode.TreeItemCollapsibleState.None);
  const isSuperseded = memory.status === 'superseded';
  item.id = memory.id;
  item.description = [isSuperseded ? 'superseded' : '', age(memory.atMs, Date.now())].filter(Boolean).join(', ');
  item.tooltip = tooltip(memory);
  item.contextValue = memory.pinned ? 'memory.pinned' : 'memory';
  if (memory.pinned) item.iconPath = new vscode.ThemeIcon('pinned');
  item.command = { command: 'cairn.openSource', title: 'Open Source', arguments: [{ kind: 'memory', memory } satisfies TreeNode] };
  item.accessibilityInformation = { label: `${rendered(memory)}. ${item.description}` };
  return item;
}

/** Text that Markdown makes nothing of: every character that could begin something is escaped. (`appendText` would make all spaces unbreakable.) */
const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');

/** Captured text goes in as text only: no link, no command and no picture in it comes alive. */
function tooltip(memory: Memory): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown(`**${memory.kind.replace('_', ' ')}**`);
  if (memory.outcome) text.appendMarkdown(` · ${memory.outcome}`);
  if (memory.scope === 'global') text.appendMarkdown(' · global');
  text.appendMarkdown('\n\n').appendMarkdown(plain(memory.text)).appendMarkdown('\n\n---\n\n');
  for (const { quote } of memory.evidence.slice(0, 4)) text.appendMarkdown('> ').appendMarkdown(plain(quote)).appendMarkdown('\n\n');
  if (memory.distilled)
    text.appendMarkdown(plain(`Rewritten by this editor's language model. In our own words: ${memory.distilled}`)).appendMarkdown('\n\n');
  const [first] = memory.evidence;
  const place = first?.place.path ? `, ${path.basename(first.place.path)}${first.lines ? `:${first.lines[0]}` : ''}` : '';
  text.appendMarkdown(plain(`${sourceLabel(memory.source)}, ${age(memory.atMs, Date.now())}${place}`));
  if (memory.entities.files.length > 0)
    text.appendMarkdown('\n\n').appendMarkdown(plain(`Files: ${memory.entities.files.slice(0, 5).join(', ')}`));
  return text;
}
