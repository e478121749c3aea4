// What stands in the memory browser.
import type { Facets, Group, Grouping, MemoryRow } from '../../browsing.ts';

/** Memories stand beneath these. */
export type ListNode =
  /** Of the file in the active editor; `file` is its absolute path. */
  | { readonly kind: 'here'; readonly file: string; readonly count: number }
  | { readonly kind: 'group'; readonly by: Grouping; readonly group: Group }
  /** A memory, and what it overrides. `parent` is the key of the list it stands in: one memory may stand in several. */
  | { readonly kind: 'memory'; readonly row: MemoryRow; readonly parent: string };

export type TreeNode =
  | ListNode
  | { readonly kind: 'forgotten'; readonly batch: number }
  /** There are so many more than are shown of the list with the key `of` (`''`: of the groups). */
  | { readonly kind: 'more'; readonly of: string; readonly left: number };
export type MemoryNode = ListNode & { readonly kind: 'memory' };

/** The key of the list for the open file. */
export const HERE = 'here';

/** Unique in the tree, and the same for the same thing when the tree is drawn anew. */
export function keyOf(node: TreeNode): string {
  switch (node.kind) {
    case 'here':
      return HERE;
    case 'group':
      return `${node.by}:${node.group.value}`;
    case 'memory':
      return `${node.parent}/${node.row.id}`;
    case 'forgotten':
      return `forgotten:${node.batch}`;
    case 'more':
      return `more:${node.of}`;
  }
}

/** What narrows the list of all memories to those beneath a node. */
export function facetsOf(node: ListNode): Facets {
  switch (node.kind) {
    case 'here':
      return { about: [node.file] };
    case 'group':
      return node.group.facets;
    case 'memory':
      return { overriddenBy: [node.row.id] };
  }
}
