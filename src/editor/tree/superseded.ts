// How a superseded memory looks: struck through and grey. An extension's tree can neither strike a label nor dim it: labels with markup are still a
// proposal, and decorations of extensions have colours but no stroke. So the stroke is made of combining characters, which no screen reader hears (the
// accessible name is set apart), and the grey of a decoration on an address of our own.
import * as vscode from 'vscode';
import type { MemoryId } from '../../memory.ts';
import type { Disposable } from '../../util/disposal.ts';

const SCHEME = 'cairn-memory';
const STROKE = '\u0336';

/** Every visible character gets a stroke; what is made of several code points stays whole. */
export function struck(text: string): string {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => `${segment}${STROKE}`).join('');
}

export const supersededUri = (id: MemoryId): vscode.Uri => vscode.Uri.from({ scheme: SCHEME, path: `/superseded/${id}` });

export function decorateSuperseded(): Disposable {
  const decoration = { color: new vscode.ThemeColor('disabledForeground') };
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration: (uri) => (uri.scheme === SCHEME ? decoration : undefined),
  });
}
