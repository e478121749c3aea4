// The only file that reads the user's settings. Everything else is given values.
import * as vscode from 'vscode';
import type { ServiceSettings } from '../link/protocol.ts';
import type { Disposable } from '../util/disposal.ts';

/** What the user sets of what the service is told. */
export type Settings = Pick<ServiceSettings, 'sources' | 'excluded' | 'sessionStartTokens' | 'promptTokens' | 'keepDays' | 'maxStoreMb'>;

/** Setting → the source that it switches. */
const SOURCE_OF_SETTING = {
  claudeCode: 'claude-code',
  vscodeChat: 'vscode-chat',
  copilot: 'copilot',
  terminal: 'terminal',
  edits: 'edits',
  git: 'git',
} as const;

/** In Restricted Mode nothing is taken in, whatever the settings say. */
export function readSettings(): Settings {
  const settings = vscode.workspace.getConfiguration('cairn');
  const sources = Object.entries(SOURCE_OF_SETTING).filter(([key]) => vscode.workspace.isTrusted && settings.get(`sources.${key}`, true));
  return {
    sources: sources.map(([, source]) => source),
    excluded: settings.get<string[]>('exclude', []),
    sessionStartTokens: settings.get('budget.sessionStart', 800),
    promptTokens: settings.get('budget.prompt', 300),
    keepDays: settings.get('keepDays', 7),
    maxStoreMb: settings.get('maxStoreMb', 200),
  };
}

/** Whether a language model of the editor may be asked to rewrite memories: off unless the user says otherwise. */
export function mayRewrite(): boolean {
  const settings = vscode.workspace.getConfiguration('cairn');
  return settings.get('rewriteWithEditorModel', false);
}

/** Whether files that memories speak of are marked in the explorer: off unless the user says otherwise. */
export function wantsExplorerBadges(): boolean {
  const settings = vscode.workspace.getConfiguration('cairn');
  return settings.get('explorerBadges', false);
}

/** Calls back when a setting of ours changes, or the workspace becomes trusted. */
export function onDidChangeSettings(listener: () => void): Disposable {
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('cairn') && listener()),
    vscode.workspace.onDidGrantWorkspaceTrust(listener),
  );
}
