// The filter of the memory browser: a box that narrows the tree while one types. The tree's own find box (Ctrl+F) sees only the rows that are drawn; this
// one asks for all memories, by words and by meaning, as recall does.
import * as vscode from 'vscode';
import { Disposables } from '../../util/disposal.ts';
import { showOverPages } from '../quickInput.ts';

/** After the last keystroke. */
const PAUSE_MS = 120;

export interface Filtered {
  readonly filter: string;
  setFilter(text: string): void;
}

/** Enter keeps what was typed, Escape brings back what was there before. */
export function showFilterBox(tree: Filtered): void {
  const showing = new Disposables();
  const box = showing.own(vscode.window.createInputBox());
  const before = tree.filter;
  let pause: NodeJS.Timeout | undefined;
  const end = (filter: string) => {
    clearTimeout(pause);
    tree.setFilter(filter);
    showing.dispose();
  };
  box.title = 'Cairn: Filter Memories';
  box.placeholder = 'Words, or what it is about';
  box.prompt = 'The list follows while you type. Enter keeps the filter, Escape drops it.';
  box.value = before;
  // So that one may look through the list meanwhile.
  box.ignoreFocusOut = true;
  showing.own(
    box.onDidChangeValue((value) => {
      clearTimeout(pause);
      pause = setTimeout(() => tree.setFilter(value), PAUSE_MS);
    }),
  );
  showing.own(box.onDidAccept(() => end(box.value)));
  showing.own(showOverPages(box, () => end(before)));
}
