// What a person can do with memories, from the tree, the picker and the palette alike.
import * as vscode from 'vscode';
import type { ServiceApi } from '../link/protocol.ts';
import type { Memory } from '../memory.ts';
import { UserError } from '../util/errors.ts';
import type { Forgetting } from './forgetting.ts';
import type { TreeNode } from './memoryTree.ts';
import { rendered } from './words.ts';

export interface MemoryActionParts {
  readonly api: Pick<ServiceApi, 'setPinned' | 'rebuildIndex'>;
  readonly forgetting: Forgetting;
  /** What is selected in the tree: a command from the keyboard or the palette means that. */
  readonly selection: () => readonly TreeNode[];
}

export interface MemoryActions {
  forget(node?: TreeNode, nodes?: readonly TreeNode[]): Promise<void>;
  forgetOne(memory: Memory): Promise<void>;
  copy(node?: TreeNode): Promise<void>;
  pin(node: TreeNode | undefined, pinned: boolean): Promise<void>;
  /** Absent `column`: the active one. */
  openSource(memory: Memory, column?: vscode.ViewColumn): Promise<void>;
  rebuildIndex(): Promise<void>;
}

export function memoryActions({ api, forgetting, selection }: MemoryActionParts): MemoryActions {
  const meant = (node: TreeNode | undefined, nodes?: readonly TreeNode[]): Memory[] => {
    const chosen = nodes?.length ? nodes : node ? [node] : selection();
    return chosen.flatMap((one) => (one.kind === 'memory' ? [one.memory] : one.kind === 'group' ? one.memories : []));
  };

  return {
    forget: (node, nodes) => forgetting.forget(meant(node, nodes).map(({ id }) => id)),
    forgetOne: (memory) => forgetting.forget([memory.id]),

    async copy(node) {
      await vscode.env.clipboard.writeText(meant(node).map(rendered).join('\n'));
    },

    async pin(node, pinned) {
      for (const memory of meant(node)) await api.setPinned(memory.id, pinned);
    },

    async openSource(memory, column = vscode.ViewColumn.Active) {
      const evidence = memory.evidence.find(({ place }) => place.path !== undefined);
      if (!evidence?.place.path) {
        throw new UserError('This memory came from something that leaves no file, such as a terminal command. Its tooltip quotes it.');
      }
      const [first, last] = evidence.lines ?? [evidence.place.line ?? 1, evidence.place.line ?? 1];
      const selection = new vscode.Range(first - 1, 0, last - 1, 0);
      try {
        await vscode.window.showTextDocument(vscode.Uri.file(evidence.place.path), { selection, preview: true, viewColumn: column });
      } catch (thrown) {
        throw new UserError(
          'The place this memory came from cannot be opened: the file was moved, deleted, or is too large. Its tooltip quotes it.',
          {
            cause: thrown,
          },
        );
      }
    },

    async rebuildIndex() {
      const options = { location: { viewId: 'cairn.memories' } };
      await vscode.window.withProgress(options, () => api.rebuildIndex());
      vscode.window.setStatusBarMessage('$(check) Cairn: the index is rebuilt', 4000);
    },
  };
}
