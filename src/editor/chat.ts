// The model's own way in: an MCP server with `recall` and `remember`, offered to the editor's chat without a file being written.
import * as vscode from 'vscode';
import { Disposables, type Disposable } from '../util/disposal.ts';

export interface McpServer {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
}

/** Cursor's own interface; VS Code has none of it. */
interface CursorMcp {
  registerServer(server: {
    name: string;
    server: { command: string; args: readonly string[]; env: Readonly<Record<string, string>> };
  }): void;
  unregisterServer(name: string): void;
}

/** Registers the server where the editor has a way for it: Cursor by its own interface (there, VS Code's exists and does nothing), else VS Code's provider. */
export function offerMcpServer(server: McpServer): Disposable {
  const owned = new Disposables();
  const cursor = (vscode as { readonly cursor?: { readonly mcp?: CursorMcp } }).cursor?.mcp;
  if (cursor) {
    const name = 'cairn';
    // Gives nothing back to own: it is ended by name.
    void cursor.registerServer({ name, server: { command: server.command, args: server.args, env: server.env } });
    owned.defer(() => cursor.unregisterServer(name));
  } else if (typeof vscode.lm?.registerMcpServerDefinitionProvider === 'function') {
    owned.own(
      vscode.lm.registerMcpServerDefinitionProvider('cairn.memory', {
        onDidChangeMcpServerDefinitions: vscode.workspace.onDidGrantWorkspaceTrust,
        // In Restricted Mode nothing is given to assistants.
        provideMcpServerDefinitions: () => (vscode.workspace.isTrusted ? [definitionOf(server)] : []),
      }),
    );
  }
  return owned;
}

const definitionOf = ({ command, args, env, version }: McpServer): vscode.McpStdioServerDefinition =>
  new vscode.McpStdioServerDefinition('cairn', command, [...args], { ...env }, version);
