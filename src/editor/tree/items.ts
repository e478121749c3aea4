// How each thing of the memory browser looks.
import path from 'node:path';
import * as vscode from 'vscode';
import type { Age, Group, Grouping } from '../../browsing.ts';
import type { Kind } from '../../memory.ts';
import type { ForgottenBatch } from '../forgetting.ts';
import { withoutInvisible } from '../../util/invisible.ts';
import { KIND_LABELS, age, sourceLabel } from '../words.ts';
import { type ListNode, type MemoryNode, type TreeNode, keyOf } from './nodes.ts';
import { struck, supersededUri } from './superseded.ts';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

const AGE_LABELS: Readonly<Record<Age, string>> = {
  day: 'The last 24 hours',
  week: 'The last seven days',
  month: 'The last thirty days',
  year: 'The last year',
  older: 'Older',
};
const GROUP_ICONS: Readonly<Record<Exclude<Grouping, 'kind'>, string>> = { file: 'file', session: 'comment-discussion', age: 'calendar' };

export function groupLabel(by: Grouping, { value, source }: Group): string {
  switch (by) {
    case 'kind':
      return KIND_LABELS[value as Kind].many;
    case 'age':
      return AGE_LABELS[value as Age];
    case 'file':
      return value === '' ? 'No file' : path.posix.basename(value);
    case 'session':
      return source === 'user' ? 'Remembered by hand' : `${sourceLabel(source)} session`;
  }
}

/** `isFound`: the tree is narrowed by words; what they found is opened, whatever was closed before. */
export function groupItem(node: ListNode & { readonly kind: 'group' }, nowMs: number, isFound: boolean): vscode.TreeItem {
  const { by, group } = node;
  const label = groupLabel(by, group);
  // Of kinds and ages there are a few, of files and sessions hundreds.
  const item = new vscode.TreeItem(label, isFound || by === 'kind' || by === 'age' ? Expanded : Collapsed);
  const folder = by === 'file' ? path.posix.dirname(group.value) : '.';
  const where = by === 'session' ? age(group.atMs, nowMs) : folder === '.' ? '' : folder;
  // What is open and what is closed is kept by id.
  item.id = isFound ? `${keyOf(node)}?` : keyOf(node);
  item.description = [String(group.count), where].filter(Boolean).join(' · ');
  item.iconPath = new vscode.ThemeIcon(by === 'kind' ? KIND_LABELS[group.value as Kind].icon : GROUP_ICONS[by]);
  item.contextValue = `group.${by}`;
  if (by === 'file' && group.value) item.tooltip = group.value;
  item.accessibilityInformation = { label: [label, String(group.count), where].filter(Boolean).join(', ') };
  return item;
}

export function hereItem(node: ListNode & { readonly kind: 'here' }): vscode.TreeItem {
  const label = `For ${path.basename(node.file)}`;
  const item = new vscode.TreeItem(label, Expanded);
  item.id = keyOf(node);
  item.description = String(node.count);
  item.iconPath = new vscode.ThemeIcon('target');
  item.tooltip = `Memories that name ${node.file}`;
  item.contextValue = 'group.here';
  item.accessibilityInformation = { label: `${label}, ${node.count}` };
  return item;
}

/** Its tooltip is made when it is asked for. */
export function memoryItem(node: MemoryNode, nowMs: number): vscode.TreeItem {
  const { row, parent } = node;
  const isSuperseded = row.status === 'superseded';
  const text = withoutInvisible(row.text);
  const item = new vscode.TreeItem(isSuperseded ? struck(text) : text, row.overrides ? Collapsed : None);
  const marks = [isSuperseded && 'superseded', row.scope === 'global' && 'all projects', row.overrides && `replaces ${row.overrides}`];
  const description = [...marks, age(row.atMs, nowMs)].filter(Boolean).join(', ');
  item.id = keyOf(node);
  item.description = description;
  item.contextValue = ['memory', row.pinned && 'pinned', row.scope, isSuperseded && 'superseded'].filter(Boolean).join('.');
  if (row.pinned) item.iconPath = new vscode.ThemeIcon('pinned');
  else if (isSuperseded) item.iconPath = new vscode.ThemeIcon('history');
  else if (!parent.startsWith('kind:')) item.iconPath = new vscode.ThemeIcon(KIND_LABELS[row.kind].icon);
  if (isSuperseded) item.resourceUri = supersededUri(row.id);
  const said = `${KIND_LABELS[row.kind].one}: ${text}. ${row.pinned ? 'Pinned, ' : ''}${description}`;
  item.accessibilityInformation = { label: said };
  return item;
}

export function moreItem(node: TreeNode & { readonly kind: 'more' }): vscode.TreeItem {
  const item = new vscode.TreeItem('Show more', None);
  item.id = keyOf(node);
  item.description = `${node.left} left`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.contextValue = 'more';
  item.command = { command: 'cairn.showMore', title: 'Show More', arguments: [node] };
  item.accessibilityInformation = { label: `Show more, ${node.left} left` };
  return item;
}

export function forgottenItem(
  node: TreeNode & { readonly kind: 'forgotten' },
  batch: ForgottenBatch | undefined,
  secondsLeft: number,
): vscode.TreeItem {
  const count = batch?.memories.length ?? 0;
  const label = `${batch?.how === 'merged' ? 'Merged' : 'Forgotten'}: ${count} ${count === 1 ? 'memory' : 'memories'}`;
  const item = new vscode.TreeItem(label, None);
  item.id = keyOf(node);
  item.description = `Undo: ${secondsLeft} s left`;
  item.iconPath = new vscode.ThemeIcon('discard');
  item.contextValue = 'forgotten';
  item.command = { command: 'cairn.undoForget', title: 'Undo Forget', arguments: [node] };
  item.accessibilityInformation = { label: `${label}. Press Enter to undo, ${secondsLeft} seconds left.` };
  return item;
}
