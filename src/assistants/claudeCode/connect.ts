// Claude Code's settings with and without Cairn: its hooks in `settings.json`, its MCP server in `.claude.json`. Pure: text in, text out.
import { UserError } from '../../util/errors.ts';
import { JsonSettings } from '../jsonSettings.ts';
import { asList, asObject, asText } from '../loose.ts';

export interface ConnectionPlan {
  /** The file as it is; empty when there is none. */
  readonly before: string;
  readonly after: string;
  /** True when nothing would change. */
  readonly isConnected: boolean;
}

/** Start, prompt, and the end of a turn. Never an event that can deny a tool or make the model go on. */
const EVENTS = ['SessionStart', 'UserPromptSubmit', 'Stop'];
/** Seconds. The hook itself gives up after a fraction of one; this is for a machine that is out of breath. */
const TIMEOUT_S = 5;
/** Every command of ours goes through the launcher; that is how it is recognised, on Windows too. Where `CAIRN_HOME` moves it, by what it is told. */
const LAUNCHER = /[\\/]\.cairn[\\/]bin[\\/]cairn(?:\.cmd)?(?![\w.-])|[\\/]bin[\\/]cairn(?:\.cmd)?["']?\s+(?:hook\s+claude-code|mcp)\b/;

/** `settings.json` with our hooks among the user's. `launcherCommand` is the shell command of the hook; a changed one takes the old one's place. */
export function planConnect(settingsText: string | undefined, launcherCommand: string): ConnectionPlan {
  const settings = new JsonSettings(settingsText, 'The settings.json of Claude Code');
  const hook = { type: 'command', command: launcherCommand, timeout: TIMEOUT_S };
  for (const event of EVENTS) {
    const [first, ...others] = ownHooks(settings, event);
    for (const { group, index } of others.reverse()) removeHook(settings, event, group, index);
    if (!first) addHook(settings, event, hook);
    else if (first.command !== launcherCommand) settings.set(['hooks', event, first.group, 'hooks', first.index], hook);
  }
  return planOf(settingsText, settings);
}

/** `settings.json` without our hooks, and without the lists that held nothing else. */
export function planDisconnect(settingsText: string | undefined): ConnectionPlan {
  if (settingsText === undefined) return { before: '', after: '', isConnected: false };
  const settings = new JsonSettings(settingsText, 'The settings.json of Claude Code');
  const events = Object.keys(asObject(settings.value['hooks']) ?? {});
  const hadOurs = events.filter((event) => ownHooks(settings, event).length > 0);
  if (hadOurs.length === 0) return { before: settingsText, after: settingsText, isConnected: false };
  for (const event of hadOurs)
    for (const { group, index } of ownHooks(settings, event).reverse()) removeHook(settings, event, group, index);
  if (Object.keys(asObject(settings.value['hooks']) ?? { other: true }).length === 0) settings.remove(['hooks']);
  return { before: settingsText, after: settings.text, isConnected: true };
}

/** `.claude.json` with our MCP server, always loaded: a deferred tool is only a name to the model, which then does not call it. */
export function planConnectMcp(configText: string | undefined, command: string, args: readonly string[]): ConnectionPlan {
  const config = new JsonSettings(configText, 'The .claude.json of Claude Code');
  const wanted = { type: 'stdio', command, args: [...args], alwaysLoad: true };
  const present = asObject(asObject(config.value['mcpServers'])?.['cairn']);
  const isSame = present && Object.entries(wanted).every(([key, value]) => JSON.stringify(present[key]) === JSON.stringify(value));
  if (!isSame) config.set(['mcpServers', 'cairn'], wanted);
  return planOf(configText, config);
}

/** `.claude.json` without our MCP server; one of that name which does not start our launcher is the user's own, and stays. */
export function planDisconnectMcp(configText: string | undefined): ConnectionPlan {
  if (configText === undefined) return { before: '', after: '', isConnected: false };
  const config = new JsonSettings(configText, 'The .claude.json of Claude Code');
  const servers = asObject(config.value['mcpServers']);
  const server = asObject(servers?.['cairn']);
  if (!LAUNCHER.test([server?.['command'], ...asList(server?.['args'])].join(' ')))
    return { before: configText, after: configText, isConnected: false };
  config.remove(Object.keys(servers ?? {}).length === 1 ? ['mcpServers'] : ['mcpServers', 'cairn']);
  return { before: configText, after: config.text, isConnected: true };
}

const planOf = (text: string | undefined, now: JsonSettings): ConnectionPlan => ({
  before: text ?? '',
  after: now.text,
  isConnected: text === now.text,
});

interface OwnHook {
  readonly group: number;
  readonly index: number;
  readonly command: string;
}

function ownHooks(settings: JsonSettings, event: string): OwnHook[] {
  const groups = asList(asObject(settings.value['hooks'])?.[event]);
  return groups.flatMap((group, g) =>
    asList(asObject(group)?.['hooks']).flatMap((hook, index) => {
      const command = asText(asObject(hook)?.['command']) ?? '';
      return LAUNCHER.test(command) ? [{ group: g, index, command }] : [];
    }),
  );
}

function addHook(settings: JsonSettings, event: string, hook: object): void {
  const hooks = settings.value['hooks'];
  const group = { hooks: [hook] };
  // A value of another shape would be lost by writing into it; Claude Code refuses such a file anyway.
  if (hooks !== undefined && !asObject(hooks)) throw unexpected('hooks');
  const groups = asObject(hooks)?.[event];
  if (groups !== undefined && !Array.isArray(groups)) throw unexpected(`hooks.${event}`);
  if (Array.isArray(groups) && groups.length > 0) settings.add(['hooks', event], group);
  else settings.set(['hooks', event], [group]);
}

/** Takes the hook out, and its group and event with it when they hold no other. */
function removeHook(settings: JsonSettings, event: string, group: number, index: number): void {
  const groups = asList(asObject(settings.value['hooks'])?.[event]);
  if (asList(asObject(groups[group])?.['hooks']).length > 1) settings.remove(['hooks', event, group, 'hooks', index]);
  else settings.remove(groups.length > 1 ? ['hooks', event, group] : ['hooks', event]);
}

const unexpected = (what: string): UserError =>
  new UserError(
    `"${what}" in the settings.json of Claude Code is not what Claude Code expects. Nothing was written. Correct it, then try again.`,
  );
