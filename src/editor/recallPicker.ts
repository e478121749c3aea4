// "Cairn: Recall…": a quick pick that searches as one types, by words and by meaning.
import * as vscode from 'vscode';
import type { Memory, Query, Recollection } from '../memory.ts';
import { Disposables } from '../util/disposal.ts';
import { withoutInvisible } from '../util/invisible.ts';
import { showOverPages } from './quickInput.ts';
import { KIND_LABELS, age, rendered } from './words.ts';

/** After the last keystroke; short enough to feel like typing. */
const PAUSE_MS = 120;
const SHOWN = 30;

interface Item extends vscode.QuickPickItem {
  readonly memory: Memory;
}

export interface RecallActions {
  recall(query: Query): Promise<readonly Recollection[]>;
  openSource(memory: Memory): unknown;
  forget(memory: Memory): Promise<void>;
}

const COPY: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('copy'), tooltip: 'Copy' };
const SOURCE: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('go-to-file'), tooltip: 'Open Source' };
const FORGET: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Forget This' };

/** Shows the picker; Enter inserts into the active editor, or copies where there is none. Ends itself when it is closed. */
export function showRecallPicker(actions: RecallActions, text = ''): void {
  const showing = new Disposables();
  const picker = showing.own(vscode.window.createQuickPick<Item>());
  const target = vscode.window.activeTextEditor;
  let question = 0;
  let pause: NodeJS.Timeout | undefined;
  const end = () => {
    clearTimeout(pause);
    showing.dispose();
  };

  picker.title = 'Cairn: Recall';
  picker.placeholder = 'What was decided, fixed, tried…? Words or a whole question';
  // The order is ours: it must not be re-sorted by the labels' spelling.
  Object.assign(picker, { sortByLabel: false });
  picker.value = text;

  async function ask(): Promise<void> {
    const asked = ++question;
    picker.busy = true;
    try {
      const found = await actions.recall({ text: picker.value, atMs: Date.now(), limit: SHOWN, ...filesNow(target) });
      if (asked !== question || showing.isDisposed) return;
      picker.items = found.length > 0 ? found.map(itemOf) : [];
      picker.placeholder = found.length > 0 ? picker.placeholder : 'Nothing remembered for this. Try other words.';
    } finally {
      if (asked === question && !showing.isDisposed) picker.busy = false;
    }
  }
  const askSafely = () =>
    ask().catch((thrown: unknown) => {
      if (showing.isDisposed) return;
      picker.items = [];
      picker.placeholder = thrown instanceof Error ? thrown.message : 'Cairn did not answer. Try again.';
    });

  showing.own(
    picker.onDidChangeValue(() => {
      clearTimeout(pause);
      pause = setTimeout(() => void askSafely(), PAUSE_MS);
    }),
  );
  showing.own(
    picker.onDidAccept(() => {
      const [item] = picker.activeItems;
      end();
      if (item) void insertOrCopy(item.memory, target);
    }),
  );
  showing.own(
    picker.onDidTriggerItemButton(({ button, item }) => {
      if (button === COPY) void vscode.env.clipboard.writeText(rendered(item.memory));
      else if (button === SOURCE) void actions.openSource(item.memory);
      else void actions.forget(item.memory).then(() => askSafely());
      if (button !== FORGET) end();
    }),
  );
  showing.own(showOverPages(picker, end));
  void askSafely();
}

function itemOf({ memory, why }: Recollection): Item {
  return {
    // Captured text shows no icons: `$(trash)` in it is told as it stands.
    label: `$(${KIND_LABELS[memory.kind].icon}) ${withoutInvisible(memory.text).replaceAll('$(', '$ (')}`,
    description: age(memory.atMs, Date.now()),
    detail: why,
    alwaysShow: true,
    buttons: [COPY, SOURCE, FORGET],
    memory,
  };
}

async function insertOrCopy(memory: Memory, target: vscode.TextEditor | undefined): Promise<void> {
  const isOpen = target && vscode.window.visibleTextEditors.includes(target);
  if (isOpen && (await target.edit((edit) => edit.replace(target.selection, memory.text)))) return;
  await vscode.env.clipboard.writeText(rendered(memory));
  vscode.window.setStatusBarMessage('$(check) Memory copied', 3000);
}

/** The files that are open, the active one first: memories about them matter more. */
function filesNow(active = vscode.window.activeTextEditor): { readonly files: readonly string[] } {
  const editors = [active, ...vscode.window.visibleTextEditors].filter((editor) => editor?.document.uri.scheme === 'file');
  return { files: [...new Set(editors.map((editor) => editor?.document.uri.fsPath ?? ''))] };
}
