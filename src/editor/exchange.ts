// Memories out into a file and in from one (JSON Lines; the README documents the fields), and all of them forgotten at once.
import * as vscode from 'vscode';
import type { ServiceApi } from '../link/protocol.ts';
import { UserError } from '../util/errors.ts';
import type { Forgetting } from './forgetting.ts';
import { counted, importedInWords } from './words.ts';

const LINES = { 'JSON Lines': ['jsonl'] };
const inView = { location: { viewId: 'cairn.memories' } };

export async function exportMemories(api: Pick<ServiceApi, 'exportMemories'>): Promise<void> {
  const picked = await vscode.window.showQuickPick(
    [
      { label: 'Memories alone', detail: 'Their words, kind, outcome, files and age', withEvidence: false },
      {
        label: 'Memories and evidence',
        detail: 'Also the quotes that they were made from, and the paths of the transcripts',
        withEvidence: true,
      },
    ],
    { title: 'Cairn: Export Memories', placeHolder: 'What is to be in the file?' },
  );
  if (!picked) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = await vscode.window.showSaveDialog({
    title: 'Export Memories',
    saveLabel: 'Export',
    filters: LINES,
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, 'memories.jsonl') }),
  });
  if (!file) return;
  const lines = await vscode.window.withProgress(inView, () => api.exportMemories(undefined, picked.withEvidence));
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(lines));
  // All but the header.
  const count = lines.split('\n').filter(Boolean).length - 1;
  void vscode.window.showInformationMessage(`Exported ${counted(count)} to ${vscode.workspace.asRelativePath(file)}.`);
}

export async function importMemories(api: Pick<ServiceApi, 'importMemories'>): Promise<void> {
  const [file] = (await vscode.window.showOpenDialog({ title: 'Import Memories', openLabel: 'Import', filters: LINES })) ?? [];
  if (!file) return;
  const lines = await textOf(file);
  const imported = await vscode.window.withProgress(inView, () => api.importMemories(undefined, lines));
  const say = imported.tooLong.length > 0 ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  void say(importedInWords(imported));
}

async function textOf(file: vscode.Uri): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await vscode.workspace.fs.readFile(file));
  } catch (thrown) {
    throw new UserError('This file cannot be read as text. Choose one that “Cairn: Export Memories…” wrote.', { cause: thrown });
  }
}

export async function forgetEverything(api: Pick<ServiceApi, 'status'>, forgetting: Forgetting): Promise<void> {
  const { stores } = await api.status();
  const count = stores.reduce((sum, { memories }) => sum + memories, 0);
  const waiting = stores.reduce((sum, store) => sum + store.waiting, 0);
  if (count === 0 && waiting === 0) throw new UserError('There is nothing to forget: no memory is kept, and nothing waits.');
  const answer = await vscode.window.showWarningMessage(
    `Forget everything: ${counted(count)}?`,
    {
      modal: true,
      detail: [
        'All memories of this workspace and those of all projects, and what waits to be distilled.',
        'Undo brings them back for ten seconds. After that they are gone, and not learnt again from the same source.',
      ].join('\n\n'),
    },
    'Forget Everything',
  );
  if (answer === 'Forget Everything') await forgetting.forgetEverything();
}
