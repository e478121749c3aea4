// One running browser VS Code, on loopback only, with a user-data folder of its own. Used by `npm start` and by the editor tests.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeServerEntry } from './bed.ts';
import { run, startGroup } from './processes.ts';

export interface CodeServerOptions {
  /** Holds user data, extensions, log and socket; made when it is not there. Keep it short: socket paths end at about 104 bytes. */
  readonly folder: string;
  /** HOME of the server and of all it starts. */
  readonly home: string;
  readonly vsix: string;
  /** Written as the user's settings, unless there are some already. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Taken when free, else any; the browser keeps its own state by port. */
  readonly preferredPort?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export interface CodeServer {
  readonly port: number;
  readonly pid: number;
  readonly userData: string;
  readonly logFile: string;
  readonly exited: Promise<number>;
  /** The page of a folder; absent: an empty window. */
  url(folder?: string): string;
  end(): Promise<void>;
}

/** Quiet, and nothing of it asks the network. */
export const QUIET_SETTINGS: Readonly<Record<string, unknown>> = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.startupEditor': 'none',
  'security.workspace.trust.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
};

/** A port of 127.0.0.1 that was free just now: `preferred` if it was. */
async function freePort(preferred = 0): Promise<number> {
  const probe = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const server = net.createServer();
      server.once('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
      });
    });
  const port = (await probe(preferred)) ?? (await probe(0));
  if (port === undefined) throw new Error('no port of 127.0.0.1 is free');
  return port;
}

/** Installs the VSIX and starts. Resolves when the server answers; throws with its log's last lines when it does not within 60 s. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { folder, home, vsix } = options;
  const userData = path.join(folder, 'data');
  const settings = path.join(userData, 'User/settings.json');
  const config = path.join(folder, 'config.yaml');
  const logFile = path.join(folder, 'server.log');
  for (const needed of [path.dirname(settings), path.join(folder, 'extensions'), home]) fs.mkdirSync(needed, { recursive: true });
  if (!fs.existsSync(settings)) fs.writeFileSync(settings, JSON.stringify({ ...QUIET_SETTINGS, ...options.settings }, null, 2));
  fs.writeFileSync(config, 'cert: false\n');
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    // No look-ups in an extension gallery.
    EXTENSIONS_GALLERY: '{"serviceUrl":"","itemUrl":"","resourceUrlTemplate":""}',
    ...options.env,
    HOME: home,
  };
  // Set in a VS Code terminal: code-server would hand the folder over to that window and end.
  for (const name of ['VSCODE_IPC_HOOK_CLI', 'PASSWORD', 'HASHED_PASSWORD', 'PORT']) delete env[name];
  const common = [codeServerEntry, '--user-data-dir', userData, '--extensions-dir', path.join(folder, 'extensions'), '--config', config];

  const installed = await run(process.execPath, [...common, '--install-extension', vsix, '--force'], {
    env,
    cwd: folder,
    output: 'collect',
  });
  if (installed.code !== 0) throw new Error(`${path.basename(vsix)} could not be installed:\n${installed.stdout}${installed.stderr}`);

  const port = await freePort(options.preferredPort);
  const flags = ['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'];
  // The flag would win over the setting, and Restricted Mode could not be tried.
  if (options.settings?.['security.workspace.trust.enabled'] !== true) flags.push('--disable-workspace-trust');
  const place = ['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', '--session-socket', path.join(folder, 'session.sock')];
  const group = startGroup(process.execPath, [...common, ...place, ...flags], { cwd: folder, env, logFile });
  let hasExited = false;
  void group.exited.then(() => (hasExited = true));
  const until = Date.now() + 60_000;
  for (;;) {
    const isUp = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) break;
    if (hasExited || Date.now() > until) {
      await group.end();
      throw new Error(`The browser VS Code did not start:\n${fs.readFileSync(logFile, 'utf8').slice(-2000)}`);
    }
    await delay(100);
  }
  return {
    port,
    pid: group.pid,
    userData,
    logFile,
    exited: group.exited,
    url: (opened) => `http://127.0.0.1:${port}/?${opened === undefined ? 'ew=true' : `folder=${encodeURIComponent(opened)}`}`,
    end: () => group.end(),
  };
}
