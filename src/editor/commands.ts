// Every command: its id and arguments, declared once; registering goes through one wrapper that shows what the user can act on and logs the rest.
import * as vscode from 'vscode';
import { Disposables, type Disposable } from '../util/disposal.ts';
import { UserError, traceOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import type { PanelPlace } from './prunePanel.ts';
import type { TreeNode } from './tree/nodes.ts';

/** Id → what it is called with. The manifest test holds package.json to this list. */
export interface CommandArguments {
  'cairn.recall': [text?: string];
  'cairn.prune': [place?: PanelPlace];
  'cairn.forget': [node?: TreeNode, selection?: readonly TreeNode[]];
  'cairn.undoForget': [node?: TreeNode];
  'cairn.openSource': [node?: TreeNode];
  'cairn.copy': [node?: TreeNode, selection?: readonly TreeNode[]];
  'cairn.pin': [node?: TreeNode, selection?: readonly TreeNode[]];
  'cairn.unpin': [node?: TreeNode, selection?: readonly TreeNode[]];
  'cairn.editMemory': [node?: TreeNode];
  'cairn.makeGlobal': [node?: TreeNode, selection?: readonly TreeNode[]];
  'cairn.makeProject': [node?: TreeNode, selection?: readonly TreeNode[]];
  'cairn.why': [node?: TreeNode];
  'cairn.forgetAll': [node?: TreeNode, selection?: readonly TreeNode[]];
  'cairn.forgetFile': [file?: vscode.Uri];
  'cairn.forgetSession': [node?: TreeNode];
  'cairn.forgetEverything': [];
  'cairn.remember': [];
  'cairn.rememberTerminal': [];
  'cairn.filter': [];
  'cairn.clearFilter': [];
  'cairn.groupByKind': [];
  'cairn.groupByFile': [];
  'cairn.groupBySession': [];
  'cairn.groupByAge': [];
  'cairn.showMore': [node?: TreeNode];
  'cairn.export': [];
  'cairn.import': [];
  'cairn.pause': [];
  'cairn.resume': [];
  'cairn.connectClaudeCode': [];
  'cairn.disconnectClaudeCode': [];
  'cairn.chooseModel': [];
  'cairn.showStatus': [];
  'cairn.showLog': [];
  'cairn.restartService': [];
  'cairn.rebuildIndex': [];
  'cairn.openSettings': [];
}
export type CommandId = keyof CommandArguments;
export type CommandTable = { readonly [Id in CommandId]: (...args: CommandArguments[Id]) => unknown };

/** Those in the menu of a row. */
const OF_A_ROW: ReadonlySet<CommandId> = new Set<CommandId>([
  ...(['cairn.openSource', 'cairn.copy', 'cairn.why', 'cairn.editMemory', 'cairn.pin', 'cairn.unpin'] as const),
  ...(['cairn.makeGlobal', 'cairn.makeProject', 'cairn.forget', 'cairn.forgetAll', 'cairn.forgetSession'] as const),
]);
const ROW_GONE = 'The list was just being drawn anew. Nothing was done: choose it once more.';

/** Context keys that the manifest's `when` clauses use. */
export type ContextKey =
  | 'cairn.hasService'
  | 'cairn.isPaused'
  | 'cairn.canUndo'
  | 'cairn.isFiltered'
  | 'cairn.isByKind'
  | 'cairn.isByFile'
  | 'cairn.isBySession'
  | 'cairn.isByAge';

export function setContext(key: ContextKey, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}

export function registerCommands(table: CommandTable, log: Log): Disposable {
  const owned = new Disposables();
  for (const [id, run] of Object.entries(table) as [CommandId, (...args: unknown[]) => unknown][]) {
    const runFor = (...args: unknown[]): unknown => {
      // From a row's menu, whose row the editor does not know any more: what happens to be selected is not meant.
      if (OF_A_ROW.has(id) && args.length > 0 && (args[0] === undefined || args[0] === null)) throw new UserError(ROW_GONE);
      return run(...args);
    };
    owned.own(vscode.commands.registerCommand(id, (...args: unknown[]) => guarded(id, () => runFor(...args), log)));
  }
  return owned;
}

/** A `UserError` is shown as it is; anything else is a bug: logged with its stack, with a way to the log. */
async function guarded(id: CommandId, run: () => unknown, log: Log): Promise<unknown> {
  try {
    return await run();
  } catch (thrown) {
    if (thrown instanceof vscode.CancellationError) return undefined;
    if (thrown instanceof UserError) {
      void vscode.window.showErrorMessage(thrown.message);
      return undefined;
    }
    log.error(`${id} failed`, traceOf(thrown));
    const showLog = 'Show Log';
    const answer = await vscode.window.showErrorMessage('Something went wrong in Cairn. The log has the details.', showLog);
    if (answer === showLog) await vscode.commands.executeCommand('cairn.showLog');
    return undefined;
  }
}
