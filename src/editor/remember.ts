// "Remember This": a selection in an editor or a terminal becomes a memory, after a look at its kind and its words.
import * as vscode from 'vscode';
import { lengthTrouble } from '../browsing.ts';
import { guessKind } from '../compress/guessKind.ts';
import type { ServiceApi } from '../link/protocol.ts';
import { KINDS, type Kind, type Remembering } from '../memory.ts';
import { UserError } from '../util/errors.ts';
import { proposedText } from './proposal.ts';
import { KIND_LABELS } from './words.ts';

/** Characters of a selection that its kind is guessed from: a page or two. The guess reads them over and over, on the editor's own thread. */
const MOST_GUESSED = 5_000;
/** The terminal puts its selection into the clipboard a moment after it was told to. */
const CLIPBOARD_WAIT_MS = 50;
const CLIPBOARD_TRIES = 10;

export interface RememberParts {
  readonly api: Pick<ServiceApi, 'remember'>;
  /** A file with links resolved, and the folder whose memories it belongs to; undefined outside of the window's folders. */
  readonly placeOf: (file: string) => { readonly folder: string; readonly path: string } | undefined;
}

interface Selected {
  readonly text: string;
  readonly folder?: string | undefined;
  readonly file?: NonNullable<Remembering['from']>['file'];
}

/** The selection, else the line with the cursor; without an editor it asks for the words. */
export async function rememberSelection(parts: RememberParts): Promise<void> {
  await remember(parts, selectedInEditor(parts));
}

export async function rememberTerminalSelection(parts: RememberParts): Promise<void> {
  const text = await selectedInTerminal();
  if (text.trim() === '') throw new UserError('Nothing is selected in the terminal. Select what is to be remembered, and try again.');
  await remember(parts, { text });
}

async function remember({ api }: RememberParts, { text: quote, folder, file }: Selected): Promise<void> {
  const proposed = proposedText(quote);
  const kind = await pickKind(guessKind(quote.slice(0, MOST_GUESSED)));
  if (!kind) return;
  const text = await vscode.window.showInputBox({
    title: `Cairn: Remember as ${KIND_LABELS[kind].one}`,
    prompt: 'One sentence that will still make sense in a month. Enter keeps it.',
    value: proposed,
    validateInput: (value) => (value.trim() === '' ? 'It needs some words.' : lengthTrouble(value.trim())),
  });
  if (text === undefined) return;
  const from = quote.trim() === '' ? undefined : { quote, ...(file && { file }) };
  await api.remember(folder, { kind, text: text.trim(), scope: 'project', source: 'user', atMs: Date.now(), ...(from && { from }) });
  vscode.window.setStatusBarMessage('$(check) Cairn: remembered', 4000);
}

/** The guess stands first and says so. */
async function pickKind(guess: Kind): Promise<Kind | undefined> {
  const kinds = [guess, ...KINDS.filter((kind) => kind !== guess)];
  const items = kinds.map((of) => ({
    label: `$(${KIND_LABELS[of].icon}) ${KIND_LABELS[of].one}`,
    description: of === guess ? 'as it reads' : '',
    of,
  }));
  const options = { title: 'Cairn: Remember This', placeHolder: 'What is it? Enter takes the first' };
  const picked = await vscode.window.showQuickPick(items, options);
  return picked?.of;
}

function selectedInEditor({ placeOf }: RememberParts): Selected {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return { text: '' };
  const { document, selection } = editor;
  const range = selection.isEmpty ? document.lineAt(selection.active.line).range : selection;
  const text = document.getText(range);
  const place = document.uri.scheme === 'file' ? placeOf(document.uri.fsPath) : undefined;
  if (!place) return { text };
  // A selection that ends before a line's first character does not hold that line.
  const last = range.end.character === 0 && range.end.line > range.start.line ? range.end.line : range.end.line + 1;
  const name = vscode.workspace.asRelativePath(document.uri, false);
  return { text, folder: place.folder, file: { path: place.path, name, lines: [range.start.line + 1, last] } };
}

/** Extensions cannot read a terminal's selection: it goes by the clipboard, which gets back what it held. */
async function selectedInTerminal(): Promise<string> {
  const { clipboard } = vscode.env;
  const before = await clipboard.readText();
  const mark = `cairn-${Date.now()}`;
  try {
    // Tells a selection that equals what was there before from none.
    await clipboard.writeText(mark);
    await vscode.commands.executeCommand('workbench.action.terminal.copySelection');
    for (let i = 0; i < CLIPBOARD_TRIES; i++) {
      const now = await clipboard.readText();
      if (now !== mark) return now;
      await new Promise((resolve) => setTimeout(resolve, CLIPBOARD_WAIT_MS));
    }
    return '';
  } finally {
    await clipboard.writeText(before);
  }
}
