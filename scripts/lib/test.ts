// Runs the suites one after the other, sets up what each needs, and ends with one line: "N passed, M failed".
// What is missing on this machine fails its suite in one line that says how to get it: nothing is skipped.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installClaudeCode } from '../../test/clients/support/claudeCode.ts';
import { makePackage } from '../package.mjs';
import { Missing, root, setUpBed, setUpChromium } from './bed.ts';
import { exitOnSignals, findProgram, run } from './processes.ts';

/** Tests passed and failed; a step that is not a test (the type check, say) counts only when it fails. */
interface Tally {
  passed: number;
  failed: number;
}

const bin = (name: string): string => path.join(root, 'node_modules', name);
const TOOLS = { tsc: bin('typescript/bin/tsc'), eslint: bin('eslint/bin/eslint.js'), prettier: bin('prettier/bin/prettier.cjs') };

function heading(text: string): void {
  console.log(`\n== ${text} ${'='.repeat(Math.max(0, 74 - text.length))}`);
}

async function step(name: string, tool: keyof typeof TOOLS, args: readonly string[]): Promise<Tally> {
  heading(name);
  const { code } = await run(process.execPath, [TOOLS[tool], ...args], { cwd: root });
  if (code === 0) console.log('fine');
  return { passed: 0, failed: code === 0 ? 0 : 1 };
}

interface MochaOptions {
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Put before the program, e.g. to run it without a network. */
  readonly wrapper?: readonly string[];
  /**
   * A file with a failed test is run once more, by itself and from its beginning, which the output says. For browsers only: on a busy machine one now
   * and then answers too late, and a test tried again in the editor that it left half used would find another state than it expects.
   */
  readonly secondTry?: boolean;
  /** Run two files at the same time. */
  readonly inPairs?: boolean;
  readonly args: readonly string[];
}

/** Runs `.test.ts` files; a tally for each that had a test. A run that dies without having counted is one failure, of no file. */
async function runFiles(
  files: readonly string[],
  { timeoutMs, env = {}, wrapper = [], inPairs = false, args }: MochaOptions,
): Promise<Record<string, Tally>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-stats-'));
  const stats = path.join(folder, 'stats.json');
  try {
    const reporter = path.join(root, 'scripts/lib/statsReporter.mjs');
    const [command = process.execPath, ...rest] = [
      ...wrapper,
      process.execPath,
      bin('mocha/bin/mocha.js'),
      ...['--reporter', reporter, '--timeout', String(timeoutMs)],
      ...(inPairs ? ['--parallel', '--jobs', '2'] : []),
      ...files,
      ...args,
    ];
    const { code } = await run(command, rest, { cwd: root, env: { ...process.env, ...env, CAIRN_TEST_STATS: stats } });
    const tallies = fs.existsSync(stats) ? (JSON.parse(fs.readFileSync(stats, 'utf8')) as Record<string, Tally>) : {};
    if (code !== 0 && sum(Object.values(tallies)).failed === 0) {
      console.log(`Mocha ended with code ${code} and no failed test of its own.`);
      tallies[''] = { passed: 0, failed: 1 };
    }
    return tallies;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs all `.test.ts` files under test/<suite>. */
async function mocha(suite: string, options: MochaOptions): Promise<Tally> {
  heading(`test/${suite}`);
  const tallies = await runFiles([`test/${suite}/**/*.test.ts`], options);
  const failed = Object.keys(tallies).filter((file) => tallies[file]?.failed);
  if (!options.secondTry || failed.length === 0 || failed.includes('')) return sum(Object.values(tallies));
  heading(`once more: ${failed.map((file) => path.relative(root, file)).join(', ')}`);
  return sum(Object.values({ ...tallies, ...(await runFiles(failed, { ...options, inPairs: false })) }));
}

function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((all, { passed, failed }) => ({ passed: all.passed + passed, failed: all.failed + failed }), {
    passed: 0,
    failed: 0,
  });
}

const unit = (args: readonly string[]) => mocha('unit', { timeoutMs: 2000, args });

async function check(): Promise<Tally> {
  const projects = ['.', 'webview', 'test/webview/page'].filter((folder) => fs.existsSync(path.join(root, folder, 'tsconfig.json')));
  const tallies = [];
  for (const project of projects) tallies.push(await step(`types: ${project}`, 'tsc', ['-p', project]));
  tallies.push(await step('lint', 'eslint', ['.']));
  tallies.push(await step('format', 'prettier', ['--check', '--log-level', 'warn', '.']));
  tallies.push(await unit([]));
  return sum(tallies);
}

/** The command that runs a program with loopback as its only network; none where this user may not do so. */
async function offline(): Promise<string[]> {
  const unshare = findProgram('unshare');
  const up = ['sh', '-c', 'ip link set lo up && exec "$@"', 'offline'];
  for (const flags of [['-n'], ['-rn']]) {
    if (unshare && (await run(unshare, [...flags, ...up, 'true'], { output: 'collect' })).code === 0) return [unshare, ...flags, ...up];
  }
  console.log('The clients run with the network in reach: to run them without, be root or allow user namespaces, and install iproute2.');
  return [];
}

async function inEditor(suite: string, args: readonly string[]): Promise<Tally> {
  heading('setting up the editor');
  await setUpBed(console.log);
  const CHROMIUM = await setUpChromium(console.log);
  const CAIRN_VSIX = process.env['CAIRN_VSIX'] ?? (await makePackage());
  // Each file has an editor of its own, and most of its time is waiting.
  return mocha(suite, { timeoutMs: 180_000, secondTry: true, inPairs: true, env: { CHROMIUM, CAIRN_VSIX }, args });
}

const SUITES: Record<string, (args: readonly string[]) => Promise<Tally>> = {
  check,
  unit,
  // Real models and fifty kills: seconds each on a small machine.
  native: (args) => mocha('native', { timeoutMs: 120_000, args }),
  async webview(args) {
    heading('setting up Chromium');
    const CHROMIUM = await setUpChromium(console.log);
    return mocha('webview', { timeoutMs: 60_000, secondTry: true, env: { CHROMIUM }, args });
  },
  editor: (args) => inEditor('editor', args),
  // Makes what media/ shows, and is no test of anything: run by name only.
  pictures: (args) => inEditor('pictures', args),
  async clients(args) {
    heading('setting up the clients');
    await installClaudeCode(console.log);
    const CAIRN_VSIX = process.env['CAIRN_VSIX'] ?? (await makePackage());
    return mocha('clients', { timeoutMs: 120_000, env: { CAIRN_VSIX }, wrapper: await offline(), args });
  },
};

exitOnSignals();
const [named, ...args] = process.argv.slice(2);
const names = named === undefined ? ['check', 'native', 'webview', 'editor', 'clients'] : [named];
const startedAt = Date.now();
const tallies: Tally[] = [];
for (const name of names) {
  const suite = SUITES[name];
  try {
    if (!suite) throw new Missing(`There is no suite "${name}". There are ${Object.keys(SUITES).join(', ')}.`);
    tallies.push(await suite(args));
  } catch (error) {
    console.log(`${name}: ${error instanceof Missing ? error.message : error instanceof Error ? error.stack : String(error)}`);
    tallies.push({ passed: 0, failed: 1 });
  }
}
const { passed, failed } = sum(tallies);
console.log(`\n${Math.round((Date.now() - startedAt) / 1000)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
