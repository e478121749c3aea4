// What the keys mean, wherever the focus is.

/** True while a key is meant for a control and not for the list around it. */
export function isForControl(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return false;
  return target.matches('input, textarea, select, button, summary, vscode-button, [role="menuitem"]');
}

/** True while a person writes: letters and Ctrl+Z are the field's then. */
export function isWriting(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && target.matches('textarea, input:not([type="checkbox"])');
}

/** Ctrl, or Cmd on a Mac. */
export const isCommand = (event: KeyboardEvent | MouseEvent): boolean => event.ctrlKey || event.metaKey;

export const hasModifier = (event: KeyboardEvent): boolean => event.ctrlKey || event.metaKey || event.altKey;

/** The menu of what has the focus. */
export const isMenuKey = (event: KeyboardEvent): boolean => event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
