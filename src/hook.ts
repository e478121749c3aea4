// The hook: an assistant starts it at a prompt, and waits. Reads the call from stdin, prints what memory has to say to it,
// and exits with 0 whatever happens: an assistant must never stumble over its memory. Imports nothing heavy.
import type { HookDialect } from './assistants/assistant.ts';
import { dialects } from './assistants/dialects.ts';
import { readDigest } from './inject/digest.ts';
import { answerHook } from './link/answerHook.ts';
import { cairnHome } from './link/paths.ts';

/** Nobody wants to wait longer for it, whatever it hangs on. */
const LIFE_MS = 2_000;
/** A call holds a prompt, or an assistant's last message; more is not one. */
const MAX_STDIN_BYTES = 8 * 1024 * 1024;

const leave = (): never => process.exit(0);
process.on('uncaughtException', leave);
process.on('unhandledRejection', leave);
setTimeout(leave, LIFE_MS);

/** All of stdin; undefined when it is too long. */
async function readStdin(): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_STDIN_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function main(): Promise<void> {
  const assistant = process.argv[2] ?? '';
  const dialect = Object.hasOwn(dialects, assistant) ? (dialects as Readonly<Record<string, HookDialect>>)[assistant] : undefined;
  const stdin = dialect && (await readStdin());
  if (!dialect || stdin === undefined) return leave();
  const answer = await answerHook(stdin, {
    assistant,
    dialect,
    home: cairnHome(process.env),
    folders: [process.env['CLAUDE_PROJECT_DIR'] ?? '', process.cwd()],
    readDigest,
    atMs: Date.now(),
  });
  if (answer === '') return leave();
  process.stdout.on('error', leave);
  process.stdout.write(answer, leave);
}

void main(); // What it rejects with ends in `unhandledRejection` above.
