// claude-mem and what it runs on, in fixed versions, brought into a folder of the bench's own.
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../src/util/errors.ts';
import { progress } from '../report.ts';
import { runToEnd } from './processes.ts';

export const CLAUDE_MEM = '13.25.3';
export const BUN = '1.4.5';
const UV = '0.13.9';

export interface ClaudeMemFiles {
  readonly scratch: string;
  /** The runtime that its worker needs. */
  readonly bun: string;
  readonly worker: string;
}

/** Brings what is not there yet. `npm install claude-mem` is not done: npm did not get to an end with its dependencies, and its bundles need four of them. */
export async function installClaudeMem(scratch: string): Promise<ClaudeMemFiles> {
  const home = path.join(scratch, 'home');
  fs.mkdirSync(home, { recursive: true });
  const bun = path.join(scratch, 'node_modules/bun/bin/bun.exe');
  if (!fs.existsSync(bun)) {
    progress(`bun ${BUN}`);
    fs.writeFileSync(path.join(scratch, 'package.json'), '{"private":true}\n');
    await runToEnd('npm', ['install', '--no-audit', '--no-fund', `bun@${BUN}`], { folder: scratch, env: process.env });
  }
  const plugin = path.join(scratch, 'package/plugin');
  if (!fs.existsSync(path.join(plugin, 'node_modules'))) {
    progress(`claude-mem ${CLAUDE_MEM}`);
    await runToEnd('npm', ['pack', '--silent', `claude-mem@${CLAUDE_MEM}`], { folder: scratch, env: process.env });
    await runToEnd('tar', ['xzf', `claude-mem-${CLAUDE_MEM}.tgz`], { folder: scratch, env: process.env });
    // Its own lock file says the versions. With them there, bun fetches nothing at run time.
    const args = ['install', '--frozen-lockfile', '--production', '--ignore-scripts'];
    await runToEnd(bun, args, { folder: plugin, env: { ...process.env, HOME: home } });
  }
  return { scratch, bun, worker: path.join(plugin, 'scripts/worker-service.cjs') };
}

/** What its vector search needs besides. */
export interface VectorFiles {
  /** The folder with `uvx`. */
  readonly programs: string;
  /** For `uvx`, so that it asks no registry any more. */
  readonly env: NodeJS.ProcessEnv;
}

/** What claude-mem 13.25.3 gives `uvx`, word for word but the last one. */
const CHROMA = ['--python', '3.13', '--with', 'onnxruntime>=1.20', '--with', 'protobuf<7', '--from', 'chroma-mcp==0.2.6', 'chroma-mcp'];
/** chroma-mcp 0.2.6 does not start with a newer one: `mcp` 1.6.0, which it asks for, imports a name that pydantic 2.12 no longer has. */
const CONSTRAINT = 'pydantic<2.12\n';
/** Chroma reads the first two, and only looks whether the others are there. */
const MODEL_FILES = ['model.onnx', 'tokenizer.json', 'config.json', 'special_tokens_map.json', 'tokenizer_config.json', 'vocab.txt'];

/**
 * `model`: a folder with `model.onnx` and `tokenizer.json` of all-MiniLM-L6-v2, which Chroma would fetch from its maker's server.
 * @throws UserError without them
 */
export async function installVectors({ scratch }: ClaudeMemFiles, model: string): Promise<VectorFiles> {
  for (const name of MODEL_FILES.slice(0, 2))
    if (!fs.existsSync(path.join(model, name)))
      throw new UserError(`There is no ${name} in ${model}. Give a folder with all-MiniLM-L6-v2.`);
  const home = path.join(scratch, 'home');
  const python = path.join(scratch, 'python');
  const programs = path.join(python, process.platform === 'win32' ? 'Scripts' : 'bin');
  if (!fs.existsSync(programs)) {
    progress(`uv ${UV}`);
    await runToEnd('python3', ['-m', 'pip', 'install', '--quiet', '--target', python, `uv==${UV}`], { folder: scratch, env: process.env });
  }
  const cached = path.join(home, '.cache/chroma/onnx_models/all-MiniLM-L6-v2/onnx');
  fs.mkdirSync(cached, { recursive: true });
  for (const [i, name] of MODEL_FILES.entries()) {
    if (i < 2) fs.copyFileSync(path.join(model, name), path.join(cached, name));
    else fs.writeFileSync(path.join(cached, name), '{}');
  }
  const constraint = path.join(scratch, 'constraint.txt');
  fs.writeFileSync(constraint, CONSTRAINT);
  const env = { UV_CONSTRAINT: constraint, UV_CACHE_DIR: path.join(scratch, 'uv'), ANONYMIZED_TELEMETRY: 'False' };
  progress('chroma-mcp 0.2.6');
  const uvx = path.join(programs, 'uvx');
  await runToEnd(uvx, [...CHROMA, '--help'], { folder: scratch, env: { ...process.env, ...env } });
  return { programs, env: { ...env, UV_OFFLINE: '1' } };
}
