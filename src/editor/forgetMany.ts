// Forgetting more than one memory: says how many and shows the first of them before it asks.
import * as vscode from 'vscode';
import type { Facets, MemoryRow } from '../browsing.ts';
import type { ServiceApi } from '../link/protocol.ts';
import { UserError } from '../util/errors.ts';
import type { Forgetting } from './forgetting.ts';
import { counted, rendered } from './words.ts';

/** Rows asked for at once. */
const SLICE = 500;
const SHOWN = 5;
/** Characters of each that are shown; a dialogue is no place for more. */
const LONGEST = 120;

/** All rows that are found, not just those that the tree has drawn. `text`: what the tree is narrowed to. */
export async function rowsFound(api: Pick<ServiceApi, 'browse'>, text: string, facets: Facets): Promise<MemoryRow[]> {
  const found: MemoryRow[] = [];
  for (;;) {
    const { rows, total } = await api.browse(undefined, { text, facets, order: 'newest', isNarrow: true }, found.length, SLICE);
    found.push(...rows);
    if (rows.length === 0 || found.length >= total) return found;
  }
}

/** One is forgotten at once, since Undo brings it back; of several it asks first. `whose` ends the question: "of src/auth.ts". Throws a `UserError` when there are none. */
export async function forgetRows(forgetting: Forgetting, rows: readonly MemoryRow[], whose?: string): Promise<void> {
  if (rows.length === 0) throw new UserError(`There is nothing to forget${whose ? ` ${whose}` : ''}.`);
  if (rows.length === 1 && whose === undefined) return forgetting.forget(rows.map(({ id }) => id));
  const answer = await vscode.window.showWarningMessage(
    `Forget ${counted(rows.length)}${whose ? ` ${whose}` : ''}?`,
    { modal: true, detail: preview(rows) },
    'Forget',
  );
  if (answer === 'Forget') await forgetting.forget(rows.map(({ id }) => id));
}

function preview(rows: readonly MemoryRow[]): string {
  const lines = rows.slice(0, SHOWN).map((row) => `• ${shortened(rendered(row))}`);
  if (rows.length > SHOWN) lines.unshift('The first five:');
  return [...lines, '', 'Undo brings them back for ten seconds. After that they are gone, and not learnt again from the same source.'].join(
    '\n',
  );
}

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
