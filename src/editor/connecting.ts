// "Connect Claude Code": shows what would change in its settings, asks, and does it; "Disconnect" puts it back.
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { claudeCodeConnection } from '../assistants/claudeCode/connection.ts';
import type { FileChange, Launcher } from '../assistants/connection.ts';
import { launcherPath } from '../link/launcher.ts';
import type { Log } from '../util/log.ts';
import { sourceLabel } from './words.ts';

const SCHEME = 'cairn-preview';

export async function connectClaudeCode(home: string, log: Log): Promise<void> {
  const where = { home: homedir(), env: { ...process.env, CAIRN_HOME: home } };
  const launcher = launcherOf(home);
  const changes = claudeCodeConnection.preview(where, launcher).filter((change) => !change.isConnected);
  if (changes.length === 0) {
    void vscode.window.showInformationMessage('Claude Code is connected already: new sessions get what Cairn remembers.');
    return;
  }
  const preview = await showChanges(changes);
  try {
    const connect = 'Connect';
    const answer = await vscode.window.showInformationMessage(
      'Connect Claude Code to Cairn?',
      {
        modal: true,
        detail:
          'The difference shown would be written to Claude Code’s settings, after a backup beside them. Cairn is then called when a session starts and with each prompt, and adds what it remembers where it is relevant. “Cairn: Disconnect Claude Code” puts the settings back.',
      },
      connect,
    );
    if (answer !== connect) return;
  } finally {
    preview.dispose();
  }
  claudeCodeConnection.connect(where, launcher);
  log.info('Claude Code is connected');
  void vscode.window.showInformationMessage(
    'Claude Code is connected. New sessions get what Cairn remembers; those that run now, when they start anew.',
  );
}

export function disconnectClaudeCode(home: string, log: Log): void {
  claudeCodeConnection.disconnect({ home: homedir(), env: { ...process.env, CAIRN_HOME: home } });
  log.info('Claude Code is disconnected');
  void vscode.window.showInformationMessage('Claude Code is disconnected: nothing of Cairn is left in its settings.');
}

/** Names of the assistants whose settings call Cairn. One whose settings cannot be read counts as not connected: connecting it says why. */
export function connectedAssistants(home: string): readonly string[] {
  try {
    const changes = claudeCodeConnection.preview({ home: homedir(), env: { ...process.env, CAIRN_HOME: home } }, launcherOf(home));
    return changes.every(({ isConnected }) => isConnected) ? [sourceLabel(claudeCodeConnection.assistant)] : [];
  } catch {
    return []; // Whoever connects hears what is wrong.
  }
}

/** How other programs start Cairn. The same for every version, so that settings once written stay good. */
function launcherOf(home: string): Launcher {
  const command = launcherPath(home);
  return { hookCommand: `${quoted(command)} hook claude-code`, mcpCommand: command, mcpArgs: ['mcp'] };
}

/** For a shell, and only where it needs it: settings are read by people. */
function quoted(command: string): string {
  if (/^[\w@%+=:,./-]+$/.test(command)) return command;
  return process.platform === 'win32' ? `"${command}"` : `'${command.replaceAll("'", "'\\''")}'`;
}

/** Opens a difference editor for each file; they are read-only, nothing is written yet. */
async function showChanges(changes: readonly FileChange[]): Promise<vscode.Disposable> {
  const texts = new Map<string, string>();
  const uriOf = (change: FileChange, side: 'before' | 'after'): vscode.Uri => {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${side}/${path.basename(change.file)}`, query: change.file });
    texts.set(uri.toString(), change[side]);
    return uri;
  };
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? '',
  });
  for (const change of changes) {
    const title = `${change.file} (what Connect would change)`;
    await vscode.commands.executeCommand('vscode.diff', uriOf(change, 'before'), uriOf(change, 'after'), title, { preview: false });
  }
  return provider;
}
