// Memories can be dragged out of the tree: into an editor their text is inserted, and whatever else takes text gets it too.
import * as vscode from 'vscode';
import { type TreeNode } from './nodes.ts';

const TEXT = 'text/plain';

/** Nothing can be dropped on the tree: the groups are not for people to fill. */
export function draggable(): vscode.TreeDragAndDropController<TreeNode> {
  return {
    dragMimeTypes: [TEXT],
    dropMimeTypes: [],
    handleDrag(nodes, data) {
      const texts = nodes.flatMap((node) => (node.kind === 'memory' ? [node.row.text] : []));
      if (texts.length > 0) data.set(TEXT, new vscode.DataTransferItem(texts.join('\n')));
    },
  };
}
