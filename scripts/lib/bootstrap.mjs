// The first step of every script, in plain JavaScript for Node 20 with nothing installed: bring the packages in line with the
// lock file, then go on in the Node that the lock file names (24: it runs TypeScript as it stands).
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
const isWindows = process.platform === 'win32';

/** True when every package that the lock file asks for is there in that version; optional ones may be absent. */
function isInstalled() {
  /** @param {string} name */
  const read = (name) => JSON.parse(fs.readFileSync(path.join(root, name), 'utf8')).packages;
  if (!fs.existsSync(path.join(root, 'node_modules/.package-lock.json'))) return false;
  const present = read('node_modules/.package-lock.json');
  return Object.entries(read('package-lock.json')).every(
    ([name, entry]) =>
      name === '' || entry.optional || entry.devOptional || entry.peer || entry.link || present[name]?.version === entry.version,
  );
}

/**
 * Resolves with the exit code; 128 + n for a signal, as shells count.
 * @param {string} command @param {string[]} args @returns {Promise<number>}
 */
function run(command, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: 'inherit', shell: isWindows && command.endsWith('.cmd') });
    // Ctrl-C reaches the whole foreground group by itself; a plain `kill` reaches only us. Ending twice does no harm.
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, pass);
      resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0));
    });
  });
}

/** Installs what is missing. Exits with npm's own code when that fails, its message above ours. */
async function install() {
  if (isInstalled()) return;
  // `npm ci` begins by deleting node_modules: right for a fresh clone, wasteful after a `git pull`.
  const isFresh = !fs.existsSync(path.join(root, 'node_modules'));
  console.log('Installing packages (about a minute the first time)…');
  // Without this, onnxruntime-node's install script looks for GPU libraries that Cairn does not use, and fails offline.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const code = await run(isWindows ? 'npm.cmd' : 'npm', isFresh ? ['ci'] : ['install', '--no-save'], env);
  if (code !== 0) {
    console.error('The packages could not be installed. Look at the message of npm above; `npm ci` repeats it.');
    process.exit(code);
  }
}

/**
 * Installs, then runs a script with this process's arguments in Node 24, and exits as it does.
 * @param {string} script A path from the root.
 */
export async function continueIn(script) {
  await install();
  const bundled = path.join(root, 'node_modules/node/bin', isWindows ? 'node.exe' : 'node');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNewEnough = major > 22 || (major === 22 && minor >= 18);
  if (!fs.existsSync(bundled) && !isNewEnough) {
    console.error('Node 24 is not there: the "node" package has no program for this system. Install Node 24 and try again.');
    process.exit(1);
  }
  const node = fs.existsSync(bundled) ? bundled : process.execPath;
  const PATH = [path.dirname(node), path.join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(path.delimiter);
  process.exitCode = await run(node, [path.join(root, script), ...process.argv.slice(2)], { ...process.env, PATH });
}
