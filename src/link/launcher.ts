// The one command that hooks and MCP entries in other programs' settings call, at a path that never changes. The editor's
// runtime and the extension's folder do change with every update: they are baked in anew at each activation.
import fs from 'node:fs';
import path from 'node:path';
import { codeOf } from '../util/errors.ts';
import { writeAtomically } from './atomicFile.ts';
import type { Runtime } from './registry.ts';

/** What is to be written into other programs' settings: absolute, and the same for every version. */
export const launcherPath = (home: string, platform: NodeJS.Platform = process.platform): string =>
  path.join(home, 'bin', platform === 'win32' ? 'cairn.cmd' : 'cairn');

/** Writes the launcher where it is missing or different, in one step. Returns whether it changed. */
export function writeLauncher(home: string, runtime: Runtime): boolean {
  fs.mkdirSync(path.join(home, 'bin'), { recursive: true, mode: 0o700 });
  // Both on Windows: Git Bash, which Claude Code uses there, runs the first.
  const wanted: [string, string][] = [[path.join(home, 'bin', 'cairn'), posixLauncher(home, runtime)]];
  if (process.platform === 'win32')
    wanted.push([path.join(home, 'bin', 'cairn.cmd'), windowsLauncher(home, runtime, process.env['USERPROFILE'])]);
  const changed = wanted.filter(([file, text]) => !isWritten(file, text));
  for (const [file, text] of changed) writeAtomically(file, text, 0o755);
  return changed.length > 0;
}

function isWritten(file: string, text: string): boolean {
  try {
    return fs.readFileSync(file, 'utf8') === text && (process.platform === 'win32' || (fs.statSync(file).mode & 0o777) === 0o755);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}

const HELP = [
  'Cairn: a lasting memory for AI coding assistants. This command is called by them:',
  '  cairn hook <assistant>   answers a hook; reads it from standard input',
  '  cairn mcp                speaks the Model Context Protocol on standard input and output',
  'Written by the Cairn extension, which also shows and edits what is remembered.',
];

/** For `hook`, every failure ends well and silently: an assistant must never stumble over its memory. */
export function posixLauncher(home: string, runtime: Runtime): string {
  return `#!/bin/sh
# Written by the Cairn extension at each start of the editor: changes made here are lost.
runtime=${quote(runtime.path)}
dist=${quote(runtime.dist)}
[ -n "$CAIRN_HOME" ] || CAIRN_HOME=${quote(home)}
[ -x "$runtime" ] || runtime=$(command -v node)
ELECTRON_RUN_AS_NODE=1 ORT_DISABLE_TELEMETRY=1
export CAIRN_HOME ELECTRON_RUN_AS_NODE ORT_DISABLE_TELEMETRY
unset NODE_OPTIONS
case "$1" in
  hook)
    if [ -n "$runtime" ] && [ -f "$dist/hook.cjs" ]; then "$runtime" "$dist/hook.cjs" "$2" 2>/dev/null; fi
    exit 0
    ;;
  mcp)
    if [ -z "$runtime" ] || [ ! -f "$dist/mcp.cjs" ]; then
      echo 'Cairn is not where it was. Open the editor once, so that it can put this right.' >&2
      exit 1
    fi
    exec "$runtime" "$dist/mcp.cjs"
    ;;
  *)
${HELP.map((line) => `    echo ${quote(line)}`).join('\n')}
    ;;
esac
`;
}

/** As `posixLauncher`. `userProfile` stands as a variable in it, since a batch file is not read as UTF-8 and user names may hold any letter. */
export function windowsLauncher(home: string, runtime: Runtime, userProfile: string | undefined): string {
  const literal = (text: string) => text.replaceAll('%', '%%');
  const set = (name: string, value: string) => {
    const isBelow = userProfile !== undefined && value.toLowerCase().startsWith(`${userProfile.toLowerCase()}\\`);
    return `set "${name}=${isBelow ? `%USERPROFILE%${literal(value.slice(userProfile.length))}` : literal(value)}"`;
  };
  return [
    '@echo off',
    'rem Written by the Cairn extension at each start of the editor: changes made here are lost.',
    'setlocal DisableDelayedExpansion',
    set('runtime', runtime.path),
    set('dist', runtime.dist),
    `if not defined CAIRN_HOME ${set('CAIRN_HOME', home)}`,
    'if not exist "%runtime%" set "runtime=node"',
    'set "ELECTRON_RUN_AS_NODE=1"',
    'set "ORT_DISABLE_TELEMETRY=1"',
    'set "NODE_OPTIONS="',
    'if "%~1"=="hook" goto hook',
    'if "%~1"=="mcp" goto mcp',
    ...HELP.map((line) => `echo ${line.replaceAll('<', '^<').replaceAll('>', '^>')}`),
    'exit /b 0',
    ':hook',
    'if exist "%dist%\\hook.cjs" "%runtime%" "%dist%\\hook.cjs" "%~2" 2>nul',
    'exit /b 0',
    ':mcp',
    '"%runtime%" "%dist%\\mcp.cjs"',
    'exit /b %errorlevel%',
    '',
  ].join('\r\n');
}

/** For sh: nothing but a single quote means anything between single quotes. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
