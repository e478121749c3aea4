// The browser VS Code that Cairn is tried and tested in: code-server from npm, pinned, in the ignored folder `.bed/`, and Debian's Chromium.
// 616 MB, about half a minute; nothing is compiled and nothing is fetched but from the npm registry.
import fs from 'node:fs';
import path from 'node:path';
import { findProgram, run } from './processes.ts';

/** code-server 4.139.1 is VS Code 1.139.1; raised by hand, together with the selectors in test/editor/support. */
const CODE_SERVER = '4.139.1';

export const root = path.resolve(import.meta.dirname, '../..');
export const bedFolder = path.join(root, '.bed');

const serverFolder = path.join(bedFolder, 'code-server');
export const codeServerEntry = path.join(serverFolder, 'node_modules/code-server/out/node/entry.js');

/** Something is missing on this machine; the message says what, and how to get it. */
export class Missing extends Error {
  override readonly name = 'Missing';
}

/** True where the browser VS Code can run at all. */
export function canHaveBed(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

async function npm(folder: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    output: 'collect',
  });
  if (code !== 0) throw new Missing(`npm ${args[0]} failed in ${folder}. Is the npm registry in reach? It said:\n${stdout}${stderr}`);
}

/**
 * Installs packages of exactly these versions into `folder`, anew unless its stamp says that they are there.
 * A set-up that was cut short leaves no stamp, and is begun again.
 */
export async function installPinned(
  folder: string,
  packages: readonly string[],
  say: (line: string) => void,
  /** More to do after the install; part of what the stamp vouches for. */
  finish: () => Promise<void> = () => Promise.resolve(),
  flags: readonly string[] = [],
): Promise<void> {
  const stamp = path.join(folder, 'installed.txt');
  const wanted = packages.join('\n');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  say(`Fetching ${packages.join(', ')} from npm…`);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  await npm(folder, ['install', '--no-package-lock', ...flags, ...packages]);
  await finish();
  fs.writeFileSync(stamp, wanted);
}

/** Sets up code-server. Returns at once when it is there already. Throws `Missing`. */
export async function setUpBed(say: (line: string) => void): Promise<void> {
  if (!canHaveBed()) {
    throw new Missing('The browser VS Code needs Linux on x64. Install Visual Studio Code or Cursor, with its `code` or `cursor` command.');
  }
  const startedAt = Date.now();
  await installPinned(
    serverFolder,
    [`code-server@${CODE_SERVER}`],
    say,
    async () => {
      // The package leaves its own dependencies to its install script, which also compiles what is not needed (and needs Kerberos headers).
      const vscode = path.join(serverFolder, 'node_modules/code-server/lib/vscode');
      for (const folder of [vscode, path.join(vscode, 'extensions')]) {
        say(`  its packages in ${path.relative(serverFolder, folder)}…`);
        await npm(folder, ['install', '--omit=dev', '--ignore-scripts']);
      }
      say(`  the browser VS Code is ready (${Math.round((Date.now() - startedAt) / 1000)} s)`);
    },
    ['--ignore-scripts'],
  );
}

/** Chromium for the tests: from `CHROMIUM`, from PATH, or, for root on Debian and its like, by apt-get. Throws `Missing`. */
export async function setUpChromium(say: (line: string) => void): Promise<string> {
  const find = () => process.env['CHROMIUM'] ?? findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
  const present = find();
  if (present) return present;
  if (process.getuid?.() === 0 && findProgram('apt-get')) {
    say('Installing Chromium with apt-get…');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { output: 'collect', env });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { output: 'collect', env });
    const installed = find();
    if (installed) return installed;
  }
  throw new Missing(
    'Chromium is not there. Install it (Debian, Ubuntu: `sudo apt-get install chromium`), or name its program in CHROMIUM.',
  );
}
