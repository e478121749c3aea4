// A quick pick or input box that stays where the command palette was opened over a page, the panel say.
import * as vscode from 'vscode';

/**
 * VS Code gives the focus back to a page that had it some 100 ms after its palette has closed (its element for pages waits, then sends a message). What was
 * opened by then loses the focus to it, and with it closes.
 */
const LATE_FOCUS_MS = 700;

/** Shows it, and once more where it closes by itself so soon. `onHide`: it is gone for good. To close it, dispose of it. */
export function showOverPages(input: vscode.QuickInput, onHide: () => void): vscode.Disposable {
  const shownAtMs = Date.now();
  let mayReturn = vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputWebview;
  let settled: NodeJS.Timeout | undefined;
  if (mayReturn) {
    // Else it would stay, but the page would get what is typed.
    const { ignoreFocusOut } = input;
    input.ignoreFocusOut = false;
    settled = setTimeout(() => (input.ignoreFocusOut = ignoreFocusOut), LATE_FOCUS_MS);
  }
  const hiding = input.onDidHide(() => {
    if (!mayReturn || Date.now() - shownAtMs > LATE_FOCUS_MS) return onHide();
    mayReturn = false;
    input.show();
  });
  input.show();
  return new vscode.Disposable(() => {
    clearTimeout(settled);
    hiding.dispose();
  });
}
