// Builds and packages Cairn, then opens an editor with it: an installed one, or the browser VS Code.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makePackage } from '../package.mjs';
import { browserStorageName, desktopStorageName } from '../sample/chatSession.ts';
import { makeSample, type Sample } from '../sample/sample.ts';
import { Missing, bedFolder, canHaveBed, root, setUpBed } from './bed.ts';
import { QUIET_SETTINGS, startCodeServer } from './codeServer.ts';
import { exitOnSignals, findProgram, run } from './processes.ts';

const HELP = `npm start -- [options] [folder]

Builds Cairn and opens an editor with it: Visual Studio Code or Cursor where one is installed, else (Linux on x64) a VS Code in
the browser, on this machine only. Ctrl-C ends it.

  folder           what to open; this repository unless given
  --sample         open a sample project with a past and a home of its own; none of your settings are touched
  --install-only   install Cairn into Visual Studio Code or Cursor, and open nothing
  --browser        take the browser VS Code even where an editor is installed
  --no-open        do not open the browser, only print the address
`;

/** Titles and the like come from the model that the sample brings; its README says what to try. */
const SAMPLE_SETTINGS = { ...QUIET_SETTINGS, 'chat.byokUtilityModelDefault': 'mainAgent', 'workbench.startupEditor': 'readme' };

/** Prefers VS Code; Cursor is asked for where it is the only one. A superuser's desktop editor refuses to start. */
function installedEditor(): string | undefined {
  return process.getuid?.() === 0 ? undefined : findProgram('code', 'cursor');
}

// During the set-up Ctrl-C ends everything at once; once an editor is open, it ends that in order.
const onSignal = exitOnSignals();
const interruption = (): Promise<void> => new Promise((resolve) => onSignal(resolve));

async function install(editor: string, vsix: string, flags: readonly string[] = []): Promise<void> {
  const { code } = await run(editor, [...flags, '--install-extension', vsix, '--force']);
  if (code !== 0) throw new Error(`${path.basename(editor)} did not take the extension. Its message is above.`);
}

async function openDesktop(editor: string, vsix: string, folder: string, sample: Sample | undefined): Promise<void> {
  if (!sample) {
    await install(editor, vsix);
    await run(editor, [folder]);
    return;
  }
  const userData = path.join(sample.root, 'data');
  fs.mkdirSync(path.join(userData, 'User'), { recursive: true });
  fs.writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify(SAMPLE_SETTINGS, null, 2));
  sample.furnish(userData, desktopStorageName(folder));
  const flags = ['--user-data-dir', userData, '--extensions-dir', path.join(sample.root, 'extensions')];
  await install(editor, vsix, flags);
  console.log('The sample is open. Close its window, or press Ctrl-C here, to end it.');
  const env = { ...process.env, HOME: sample.home, USERPROFILE: sample.home };
  const closed = run(editor, [...flags, '--new-window', '--wait', folder, path.join(folder, 'README.md')], { env });
  await Promise.race([closed, interruption()]);
}

async function openBrowser(vsix: string, folder: string, sample: Sample | undefined, mayOpen: boolean): Promise<void> {
  await setUpBed(console.log);
  const server = await startCodeServer({
    // Its own settings and extensions; kept from one start to the next, but for the sample's.
    folder: sample ? path.join(sample.root, 'server') : path.join(bedFolder, 'user'),
    // The user's own home, so that their real conversations are found; a scratch home for the sample.
    home: sample?.home ?? process.env['HOME'] ?? bedFolder,
    vsix,
    settings: sample ? SAMPLE_SETTINGS : QUIET_SETTINGS,
    // Any fixed number would do: the browser keeps the window's layout by address.
    preferredPort: 8732,
  });
  try {
    sample?.furnish(server.userData, browserStorageName(folder, server.port));
    const url = server.url(folder);
    console.log(`\nVisual Studio Code with Cairn: ${url}\nPress Ctrl-C to end it.`);
    const opener = process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? findProgram('xdg-open') : undefined;
    if (mayOpen && opener) await run(opener, [url], { output: 'collect', timeoutMs: 10_000 });
    const ended = await Promise.race([interruption(), server.exited]);
    if (typeof ended === 'number') throw new Error(`The editor's server ended by itself (${ended}). Its log: ${server.logFile}`);
  } finally {
    await server.end();
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sample: { type: 'boolean', default: false },
      'install-only': { type: 'boolean', default: false },
      browser: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const editor = installedEditor();
  if (values['install-only'] && !editor)
    throw new Missing('There is no `code` or `cursor` command to install Cairn with. Install one of them first.');
  if (!editor && !canHaveBed()) {
    throw new Missing(
      'No editor was found. Install Visual Studio Code or Cursor, with its `code` or `cursor` command, and run this again.',
    );
  }
  const vsix = await makePackage();
  if (values['install-only'] && editor) return install(editor, vsix);
  const sample = values.sample ? await makeSample() : undefined;
  try {
    const folder = sample?.folder ?? path.resolve(positionals[0] ?? root);
    if (editor && !values.browser) await openDesktop(editor, vsix, folder, sample);
    else await openBrowser(vsix, folder, sample, !values['no-open']);
  } finally {
    await sample?.end();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Missing ? error.message : error);
  process.exitCode = 1;
}
// The extension host may have left a timer or a socket with us; everything that was started has been ended.
process.exit();
