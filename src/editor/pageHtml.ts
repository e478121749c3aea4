// The frame of the panel's page: what it may load and run, and nothing else. All that it shows comes later, through messages, and only as text.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Scripts run only with this page's nonce, styles come only from our own folder; no pictures, no fonts, no frames, no network. */
export function pageHtml(webview: vscode.Webview, folder: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const at = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Cairn: Prune Memories</title>
  <link rel="stylesheet" href="${at('page.css')}">
</head>
<body>
  <div id="page"></div>
  <script defer nonce="${nonce}" src="${at('page.js')}"></script>
</body>
</html>`;
}
