// Cairn's MCP server as an assistant starts it: the launcher that its settings name, the protocol over stdin and stdout.
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { launcherPath } from '../../../src/link/launcher.ts';
import type { Bed } from './bed.ts';

/** Recalls over one connection that stays open, as an assistant's does. The caller ends it. */
export async function connectMcp({ home, workspace }: Bed): Promise<{ recall(query: string): Promise<string>; close(): Promise<void> }> {
  const cairnHome = path.join(home, '.cairn');
  const client = new Client({ name: 'test', version: '1' });
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, CAIRN_HOME: cairnHome };
  await client.connect(
    new StdioClientTransport({ command: launcherPath(cairnHome), args: ['mcp'], cwd: workspace, env, stderr: 'ignore' }),
  );
  return {
    async recall(query) {
      return JSON.stringify((await client.callTool({ name: 'recall', arguments: { query } })).content);
    },
    close: () => client.close(),
  };
}
