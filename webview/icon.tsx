// Codicons as outlines in the page: see `outlines` in scripts/build.mjs.
import check from '@vscode/codicons/src/icons/check.svg';
import checklist from '@vscode/codicons/src/icons/checklist.svg';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg';
import circleSlash from '@vscode/codicons/src/icons/circle-slash.svg';
import circuitBoard from '@vscode/codicons/src/icons/circuit-board.svg';
import close from '@vscode/codicons/src/icons/close.svg';
import copy from '@vscode/codicons/src/icons/copy.svg';
import discard from '@vscode/codicons/src/icons/discard.svg';
import edit from '@vscode/codicons/src/icons/edit.svg';
import ellipsis from '@vscode/codicons/src/icons/ellipsis.svg';
import error from '@vscode/codicons/src/icons/error.svg';
import bug from '@vscode/codicons/src/icons/bug.svg';
import eye from '@vscode/codicons/src/icons/eye.svg';
import eyeClosed from '@vscode/codicons/src/icons/eye-closed.svg';
import filter from '@vscode/codicons/src/icons/filter.svg';
import globe from '@vscode/codicons/src/icons/globe.svg';
import goToFile from '@vscode/codicons/src/icons/go-to-file.svg';
import heart from '@vscode/codicons/src/icons/heart.svg';
import info from '@vscode/codicons/src/icons/info.svg';
import law from '@vscode/codicons/src/icons/law.svg';
import merge from '@vscode/codicons/src/icons/merge.svg';
import pin from '@vscode/codicons/src/icons/pin.svg';
import pinned from '@vscode/codicons/src/icons/pinned.svg';
import repo from '@vscode/codicons/src/icons/repo.svg';
import search from '@vscode/codicons/src/icons/search.svg';
import structure from '@vscode/codicons/src/icons/symbol-structure.svg';
import sync from '@vscode/codicons/src/icons/sync.svg';
import terminal from '@vscode/codicons/src/icons/terminal.svg';
import trash from '@vscode/codicons/src/icons/trash.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import type { Kind } from './protocol.ts';

const DRAWINGS = {
  bug,
  check,
  checklist,
  chevronRight,
  circleSlash,
  circuitBoard,
  close,
  copy,
  discard,
  edit,
  ellipsis,
  error,
  eye,
  eyeClosed,
  filter,
  globe,
  goToFile,
  heart,
  info,
  law,
  merge,
  pin,
  pinned,
  repo,
  search,
  structure,
  sync,
  terminal,
  trash,
  warning,
};
export type IconName = keyof typeof DRAWINGS;

export const KIND_ICONS: Readonly<Record<Kind, IconName>> = {
  decision: 'law',
  preference: 'heart',
  pattern: 'structure',
  architecture: 'circuitBoard',
  failed_attempt: 'error',
  bug_fix: 'bug',
  command: 'terminal',
  todo: 'checklist',
};

/** Decoration: whoever uses it says in words what it means. */
export function Icon({ name, class: also = '' }: { readonly name: IconName; readonly class?: string }) {
  const { size, outlines } = DRAWINGS[name];
  return (
    <svg class={`icon ${also}`} viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
      {outlines.map((outline) => (
        <path key={outline} d={outline} />
      ))}
    </svg>
  );
}
