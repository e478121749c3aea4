// The status item: watching, n waiting, paused, or needs you. It tells the truth or nothing.
import * as vscode from 'vscode';
import type { ServiceStatus } from '../link/protocol.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';

export class StatusItem implements Disposable {
  readonly #owned = new Disposables();
  readonly #item = this.#owned.own(vscode.window.createStatusBarItem('cairn.status', vscode.StatusBarAlignment.Left, 50));

  constructor() {
    this.#item.name = 'Cairn';
    this.#item.command = 'cairn.showStatus';
    this.#item.text = '$(loading~spin) Cairn';
    this.#item.tooltip = 'Cairn is waking up';
    this.#item.show();
  }

  /** What the service says; undefined when it does not answer. */
  show(status: ServiceStatus | undefined, isTrusted: boolean): void {
    const { text, tooltip, needsYou } = statusWords(status, isTrusted);
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.backgroundColor = needsYou ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.accessibilityInformation = { label: `Cairn: ${tooltip}` };
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

export interface StatusWords {
  readonly text: string;
  readonly tooltip: string;
  readonly needsYou: boolean;
}

export function statusWords(status: ServiceStatus | undefined, isTrusted: boolean): StatusWords {
  if (!isTrusted) return { text: '$(shield) Cairn', tooltip: 'Restricted Mode: browse only', needsYou: false };
  if (!status)
    return {
      text: '$(warning) Cairn',
      tooltip: 'The memory service does not answer. Restart it from here, or show the log to see why.',
      needsYou: true,
    };
  const lines = statusLines(status);
  const waiting = status.stores.reduce((sum, store) => sum + store.waiting, 0);
  if (status.isPaused) return { text: '$(debug-pause) Cairn: paused', tooltip: lines.join('\n'), needsYou: false };
  if (needsUser(status)) return { text: '$(warning) Cairn: needs you', tooltip: lines.join('\n'), needsYou: true };
  if (status.backfill)
    return { text: `$(sync~spin) Cairn: ${status.backfill.done} of ${status.backfill.of}`, tooltip: lines.join('\n'), needsYou: false };
  if (waiting > 0) return { text: `$(sync~spin) Cairn: ${waiting} waiting`, tooltip: lines.join('\n'), needsYou: false };
  return { text: '$(eye) Cairn', tooltip: lines.join('\n'), needsYou: false };
}

const needsUser = (status: ServiceStatus): boolean =>
  status.model === 'missing' || status.troubles.length > 0 || status.stores.some((store) => store.setAside > 0);

/** Kinds of remote window in which the editor shows itself on one machine and runs extensions on another. */
const REMOTE = /^(?:ssh-remote|wsl|dev-container|attached-container|codespaces|tunnel|k8s-container)/;

/** What cannot be read in a remote window; undefined in others. */
export function remoteRemark(remoteName: string | undefined): string | undefined {
  if (!remoteName || !REMOTE.test(remoteName)) return undefined;
  return 'VS Code chat: its conversations lie on the machine that shows this window and cannot be read from here, except those that Copilot Chat logs beside the code';
}

/** How things stand, a line a thing; also what "Show Status" lists. */
export function statusLines(status: ServiceStatus): string[] {
  const memories = status.stores.reduce((sum, store) => sum + store.memories, 0);
  const waiting = status.stores.reduce((sum, store) => sum + store.waiting, 0);
  const setAside = status.stores.reduce((sum, store) => sum + store.setAside, 0);
  const lines = [status.isPaused ? 'Paused: nothing is taken in' : 'Watching', `${memories} ${memories === 1 ? 'memory' : 'memories'}`];
  if (waiting > 0) lines.push(`${waiting} waiting to be distilled`);
  if (status.backfill) lines.push(`Taking in earlier conversations: ${status.backfill.done} of ${status.backfill.of}`);
  if (status.model === 'loading') lines.push('The model is loading: search goes by words until then');
  if (status.model === 'missing') lines.push('The model cannot be loaded: search goes by words only');
  if (setAside > 0) lines.push(`${setAside} could not be distilled and ${setAside === 1 ? 'was' : 'were'} set aside`);
  lines.push(...status.troubles, ...status.stores.flatMap((store) => store.remarks));
  return [...new Set(lines)];
}
