// Keeps the status item and the tree at what the service says now; asks again when it tells of a change.
import * as vscode from 'vscode';
import type { ServiceApi, ServiceStatus } from '../link/protocol.ts';
import { messageOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';
import type { MemoryTree } from './memoryTree.ts';
import { statusLines, type StatusItem } from './status.ts';

/** Changes come in bursts while conversations are read. */
const BURST_MS = 150;

export interface StatusViewParts {
  readonly api: Pick<ServiceApi, 'status'>;
  readonly item: StatusItem;
  readonly tree: MemoryTree;
  readonly log: Log;
  /** What holds for this window whatever the service says. */
  readonly remark: string | undefined;
}

export class StatusView implements vscode.Disposable {
  readonly #parts: StatusViewParts;
  #question = 0;
  #burst: NodeJS.Timeout | undefined;
  #status: ServiceStatus | undefined;

  constructor(parts: StatusViewParts) {
    this.#parts = parts;
  }

  /** Something changed: look soon. */
  changed(): void {
    this.#burst ??= setTimeout(() => {
      this.#burst = undefined;
      this.refresh().catch((thrown: unknown) => this.failed(thrown));
    }, BURST_MS);
  }

  async refresh(): Promise<void> {
    const question = ++this.#question;
    const status = await this.#parts.api.status();
    if (question !== this.#question) return;
    this.#status = status;
    this.#parts.item.show(status, vscode.workspace.isTrusted);
    await this.#parts.tree.update();
  }

  failed(thrown: unknown): void {
    this.#status = undefined;
    this.#parts.log.error('the memory service does not answer', messageOf(thrown));
    this.#parts.item.show(undefined, vscode.workspace.isTrusted);
  }

  /** How things stand, and what can be done about it. */
  async showMenu(): Promise<void> {
    const lines = this.#status ? statusLines(this.#status) : ['The memory service does not answer'];
    if (this.#parts.remark) lines.push(this.#parts.remark);
    const isPaused = this.#status?.isPaused ?? false;
    const actions: (vscode.QuickPickItem & { command: string })[] = [
      ...(this.#status ? [] : [{ label: '$(debug-restart) Restart Memory Service', command: 'cairn.restartService' }]),
      { label: '$(search) Recall…', command: 'cairn.recall' },
      { label: '$(list-selection) Prune Memories…', command: 'cairn.prune' },
      isPaused ? { label: '$(play) Resume', command: 'cairn.resume' } : { label: '$(debug-pause) Pause', command: 'cairn.pause' },
      { label: '$(list-tree) Show Memories', command: 'cairn.memories.focus' },
      { label: '$(plug) Connect Claude Code', command: 'cairn.connectClaudeCode' },
      { label: '$(gear) Open Settings', command: 'cairn.openSettings' },
      { label: '$(output) Show Log', command: 'cairn.showLog' },
      { label: '$(refresh) Rebuild Index', command: 'cairn.rebuildIndex' },
    ];
    const told: (vscode.QuickPickItem & { command: string })[] = lines.map((label) => ({ label: `$(info) ${label}`, command: '' }));
    const separator = { label: '', kind: vscode.QuickPickItemKind.Separator, command: '' };
    const picked = await vscode.window.showQuickPick([...actions, separator, ...told], { title: 'Cairn', placeHolder: lines[0] ?? '' });
    if (picked?.command) await vscode.commands.executeCommand(picked.command);
  }

  dispose(): void {
    clearTimeout(this.#burst);
    this.#question += 1;
  }
}
