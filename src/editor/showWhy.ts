// "Why Was This Kept?" as a page of plain text: what was captured is shown as text and nothing else.
import * as vscode from 'vscode';
import type { MemoryRow } from '../browsing.ts';
import type { ServiceApi } from '../link/protocol.ts';
import type { MemoryId } from '../memory.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';
import { UserError } from '../util/errors.ts';
import { whyKept } from './tree/whyKept.ts';

const SCHEME = 'cairn-why';

export class WhyPages implements Disposable {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.own(new vscode.EventEmitter<vscode.Uri>());
  readonly #texts = new Map<string, string>();
  readonly #api: Pick<ServiceApi, 'memory'>;

  constructor(api: Pick<ServiceApi, 'memory'>) {
    this.#api = api;
    this.#owned.own(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? 'This memory is not there any more.\n',
      }),
    );
    // What a page said is not kept longer than the page.
    this.#owned.own(vscode.workspace.onDidCloseTextDocument(({ uri }) => void this.#texts.delete(uri.toString())));
  }

  async show(row: MemoryRow): Promise<void> {
    const memory = await this.#api.memory(row.id);
    if (!memory) throw new UserError('This memory is not there any more. The list shows what is.');
    const overriding = memory.supersededBy && (await this.#api.memory(memory.supersededBy));
    const uri = pageOf(row.id);
    this.#texts.set(uri.toString(), whyKept(memory, row.uses, overriding, Date.now()));
    this.#changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

const pageOf = (id: MemoryId): vscode.Uri => vscode.Uri.from({ scheme: SCHEME, path: '/Why was this kept.txt', query: id });
