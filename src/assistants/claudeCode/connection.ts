// Connecting Claude Code: the two files that are changed, together. What is written is decided in `connect.ts`, how, in `settingsFile.ts`.
import path from 'node:path';
import type { Connection, Launcher } from '../connection.ts';
import { connectFile, disconnectFile, readText, recorded, type Rewrite } from '../settingsFile.ts';
import type { Surroundings } from '../assistant.ts';
import { planConnect, planConnectMcp, planDisconnect, planDisconnectMcp } from './connect.ts';
import { configFolder } from './transcript.ts';

type Where = Pick<Surroundings, 'home' | 'env'>;

const HOOKS = 'claude-code hooks';
const MCP = 'claude-code mcp';
const withoutHooks: Rewrite = (text) => planDisconnect(text).after;
const withoutMcp: Rewrite = (text) => planDisconnectMcp(text).after;
const REMOVE: Readonly<Record<string, Rewrite>> = { [HOOKS]: withoutHooks, [MCP]: withoutMcp };

const settingsFile = (where: Where): string => path.join(configFolder(where), 'settings.json');
/** Beside the settings folder, unless the user has moved that: then inside it. */
const mcpFile = ({ home, env }: Where): string => path.join(env['CLAUDE_CONFIG_DIR'] || home, '.claude.json');

/** What was written where; in the folder that Cairn's processes share. */
const ledgerFile = ({ home, env }: Where): string => path.join(env['CAIRN_HOME'] || path.join(home, '.cairn'), 'connections.json');

export const claudeCodeConnection: Connection = {
  assistant: 'claude-code',

  preview(where, launcher) {
    const files = filesOf(where, launcher);
    return files.map(({ file, rewrite }) => {
      const before = readText(file);
      const after = rewrite(before);
      return { file, before: before ?? '', after, isConnected: before === after };
    });
  },

  connect(where, launcher) {
    const files = filesOf(where, launcher);
    // Both must be understood before either is written.
    for (const { file, rewrite } of files) rewrite(readText(file));
    for (const { file, kind, rewrite, remove } of files) connectFile(file, kind, ledgerFile(where), rewrite, remove);
  },

  disconnect(where) {
    const known = recorded(ledgerFile(where)).filter(({ kind }) => REMOVE[kind]);
    // Also the usual places: the record may be lost, or the files copied from another machine.
    const usual = [
      { file: settingsFile(where), kind: HOOKS },
      { file: mcpFile(where), kind: MCP },
    ];
    const failures: unknown[] = [];
    for (const { file, kind } of [...known, ...usual]) {
      try {
        disconnectFile(file, ledgerFile(where), REMOVE[kind] ?? withoutHooks);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    // One broken file must not keep the other connected.
    if (failures.length > 0) throw failures[0];
  },
};

function filesOf(where: Where, launcher: Launcher) {
  const { hookCommand, mcpCommand, mcpArgs } = launcher;
  return [
    {
      file: settingsFile(where),
      kind: HOOKS,
      rewrite: (text: string | undefined) => planConnect(text, hookCommand).after,
      remove: withoutHooks,
    },
    {
      file: mcpFile(where),
      kind: MCP,
      rewrite: (text: string | undefined) => planConnectMcp(text, mcpCommand, mcpArgs).after,
      remove: withoutMcp,
    },
  ];
}
