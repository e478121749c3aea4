// One quiet notice on first run: what is read, where it is kept, how to switch a source off.
import * as vscode from 'vscode';

const SHOWN = 'welcomeShown';

export async function showWelcomeOnce(state: vscode.Memento): Promise<void> {
  if (state.get(SHOWN, false)) return;
  await state.update(SHOWN, true);
  const settings = 'Choose What Is Read';
  const connect = 'Connect Claude Code';
  const answer = await vscode.window.showInformationMessage(
    'Cairn remembers what is decided, fixed and tried here. It reads assistant chats, terminal commands, saved changes and commits of this workspace, and keeps what it learns in this editor’s own storage. Nothing leaves this machine.',
    settings,
    connect,
  );
  if (answer === settings) await vscode.commands.executeCommand('cairn.openSettings');
  if (answer === connect) await vscode.commands.executeCommand('cairn.connectClaudeCode');
}
