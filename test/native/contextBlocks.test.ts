// What an assistant is given in ten situations, out of a project's memories with the shipped model, beside what a person read as prose.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { openProduct, type Product } from '../../bench/product.ts';
import { renderContextBlock } from '../../src/inject/contextBlock.ts';
import { sessionStartMemories, type SessionStart } from '../../src/inject/sessionStart.ts';
import { countTokens } from '../../src/inject/tokens.ts';
import type { ContextBlock, Memory, MemoryId, SessionId } from '../../src/memory.ts';
import type { Encoder } from '../../src/model/encoder.ts';
import { openEncoder } from '../../src/model/openEncoder.ts';
import { vectorsOf } from '../../src/search/searchedText.ts';
import type { StoreApi } from '../../src/service/storeApi.ts';
import { NOON } from '../support/memories.ts';
import { storeApiOf } from '../support/storeApiOf.ts';
import { freshFolders } from '../support/storeFolder.ts';
import { fixtures, rememberProject, told } from '../support/toldProject.ts';

const models = path.resolve(import.meta.dirname, '../../models');
/** int8 sums differ a little between processors: so much of a block must be the same everywhere, though one line of a short one may differ. */
const LEAST_ALIKE = 0.75;
/** The defaults of the settings. */
const SESSION_START_TOKENS = 800;
const PROMPT_TOKENS = 300;

interface Situation {
  readonly name: string;
  readonly heading: string;
  /** At a session's start: what is open. Absent for a prompt. */
  readonly start?: Omit<SessionStart, 'atMs'>;
  /** Prompts of one session: the block is the last one's. */
  readonly prompts?: readonly string[];
  readonly budget?: number;
  /** Memories that must come, whatever the processor. */
  readonly needs?: readonly string[];
  readonly isSilent?: true;
}

const ROTATE = 'Make the 30 seconds of grace in rotateRefreshToken (src/auth/tokens.ts) a setting.';
/** `two-tabs` fits it as well. */
const AUDIT = 'Does rotateRefreshToken write to the audit table when it accepts the previous token?';
const SITUATIONS: readonly Situation[] = [
  { name: '01-new-session', heading: 'A new session, nothing open', start: {} },
  { name: '02-open-file', heading: 'A new session with an open file: src/sync/apply.ts', start: { files: ['src/sync/apply.ts'] } },
  { name: '03-branch', heading: 'A new session on a branch: feature/attachments-resume', start: { branch: 'feature/attachments-resume' } },
  { name: '04-file-and-function', heading: 'A prompt that names a file and a function', prompts: [ROTATE], needs: ['two-tabs'] },
  {
    name: '05-some-words',
    heading: 'A prompt with a few common words of the memory',
    prompts: ['Never print tokens in a log line.'],
    needs: ['never-log-bodies'],
  },
  {
    name: '06-failed-before',
    heading: 'A prompt about something that failed before',
    prompts: ["Use the client's timestamps in mergeChanges: the newer note wins."],
    needs: ['client-clock', 'hybrid-clock'],
  },
  {
    name: '07-how-to-run',
    heading: 'A prompt that asks how to run something',
    prompts: ['How do I run the integration tests of sync?'],
    needs: ['integration-tests'],
  },
  {
    name: '08-nothing-fits',
    heading: 'A prompt that nothing fits',
    prompts: ['Write a birthday poem for my grandmother, who loves tulips and old trains.'],
    isSilent: true,
  },
  {
    name: '09-second-prompt',
    heading: 'The second prompt of a session',
    prompts: [ROTATE, AUDIT],
    needs: ['audit'],
  },
  {
    name: '10-small-budget',
    heading: 'A prompt with a budget of 90 tokens',
    prompts: ['Count the rate limit by IP address in memory, for each pod.'],
    budget: 90,
    needs: ['limit-memory'],
  },
];

/** Pairs of memories that say the same: a block has one of them at most. */
const TWINS = [
  ['strict', 'no-any'],
  ['ci-econnrefused', 'ci-postgres-again'],
] as const;

/** Of nothing that the project knows. */
const BESIDE_THE_POINT = [
  'Draw an SVG icon of a bicycle for the landing page.',
  'What is the capital of Mongolia?',
  'Translate the README to Spanish.',
  'Add a dark mode switch to the settings page.',
  'continue',
];

describe('context blocks of ten situations', function () {
  this.timeout(120_000);
  const freshFolder = freshFolders();
  let encoder: Encoder;
  let product: Product;
  let memories: ReadonlyMap<MemoryId, Memory>;
  let budgets = { sessionStartTokens: SESSION_START_TOKENS, promptTokens: PROMPT_TOKENS };
  let api: StoreApi;
  /** The model gives the same numbers as where the golden files were written. */
  let isSameArithmetic: boolean;

  before(async () => {
    encoder = await openEncoder(models);
    product = openProduct({ folder: freshFolder(), encoder, now: () => NOON });
    rememberProject(product);
    await product.engine.embedMissing(new AbortController().signal);
    memories = new Map(product.store.all().map((memory) => [memory.id, memory]));
    // What the service answers a hook.
    api = storeApiOf(product.engine, { address: { store: product.store.folder }, budgets: () => budgets });
    const numbers = await numbersOf(product, encoder);
    const file = path.join(fixtures, 'numbers.txt');
    if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, `${numbers}\n`);
    isSameArithmetic = fs.readFileSync(file, 'utf8').trim() === numbers;
  });
  after(async () => {
    product.engine.dispose();
    await encoder.dispose();
  });

  async function given(asked: Pick<Situation, 'start' | 'prompts' | 'budget'>, session: SessionId): Promise<(ContextBlock | undefined)[]> {
    const { start, prompts = [], budget = PROMPT_TOKENS } = asked;
    const asking = { assistant: 'claude-code', session, atMs: NOON } as const;
    product.engine.lookAt(start?.files ?? []);
    if (start && start.branch === undefined) {
      return [await api.context(undefined, { kind: 'session_start', source: 'startup', ...asking })];
    }
    if (start) {
      // Read from the repository around the folder, of which there is none here: what the engine would then call is called here.
      const found = sessionStartMemories(product.store.newest(1_000), { ...start, atMs: NOON });
      return [renderContextBlock(found, SESSION_START_TOKENS, countTokens, { atMs: NOON })];
    }
    budgets = { ...budgets, promptTokens: budget };
    const blocks = [];
    for (const prompt of prompts) blocks.push(await api.context(undefined, { kind: 'prompt', prompt, ...asking }));
    return blocks;
  }

  for (const [i, situation] of SITUATIONS.entries()) {
    const { name, heading, start, prompts = [], needs = [], isSilent = false } = situation;
    const budget = situation.budget ?? (start ? SESSION_START_TOKENS : PROMPT_TOKENS);

    it(`${name}: ${heading}`, async () => {
      const blocks = await given(situation, `asking ${name}` as SessionId);
      const block = blocks.at(-1);
      for (const one of blocks) if (one) assertSound(one, budget, memories);
      const ids = blocks.flatMap((one) => one?.memories ?? []);
      assert.equal(new Set(ids).size, ids.length, 'nothing is given twice');
      assert.equal(block === undefined, isSilent, block?.text);
      for (const id of needs) assert.ok(block?.memories.includes(id as MemoryId), `${id} is missing:\n${block?.text}`);

      const asked = prompts.map((prompt) => `> ${prompt}\n`).join('\n');
      const now = `# ${i + 1}. ${heading}\n\n${asked}${asked && '\n'}${block ? `\`\`\`\n${block.text}\n\`\`\`` : 'Nothing is given.'}\n`;
      const golden = path.join(fixtures, `${name}.md`);
      // `UPDATE_GOLDEN=1 mocha test/native/contextBlocks.test.ts` writes them anew; then read what changed.
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(golden, now);
      const reviewed = fs.readFileSync(golden, 'utf8');
      if (start || isSameArithmetic) assert.equal(now, reviewed);
      else assertAlike(linesOf(now), linesOf(reviewed));
    });
  }

  it('would give again in a new session what it does not give twice in one', async () => {
    const [block] = await given({ prompts: [AUDIT] }, 'asking afresh' as SessionId);
    assert.ok(block?.memories.includes('two-tabs' as MemoryId), block?.text);
  });

  it('says nothing to what the project knows nothing of', async () => {
    for (const [i, prompt] of BESIDE_THE_POINT.entries()) {
      const [block] = await given({ prompts: [prompt] }, `beside ${i}` as SessionId);
      assert.equal(block, undefined, `${prompt}\n${block?.text}`);
    }
  });

  it('warns of what was tried before, and tells what is done instead', async () => {
    const tries = told.flatMap(({ memories }) => memories).filter(({ again }) => again !== undefined);
    let warned = 0;
    let replaced = 0;
    for (const { id, again, replacedBy } of tries) {
      const [block] = await given({ prompts: [again ?? ''] }, `again ${id}` as SessionId);
      if (block) assertSound(block, PROMPT_TOKENS, memories);
      const ids = new Set<string>(block?.memories);
      if (ids.has(id)) warned++;
      if (ids.has(id) && ids.has(replacedBy ?? '')) replaced++;
    }
    console.log(`    ${tries.length} prompts repeat a failed attempt: ${warned} are warned, ${replaced} are told what is done instead`);
    // What it came to when this was written, not what is good: all seven should be both. Raise it with what makes it better.
    assert.ok(warned >= 6 && replaced >= 6);
  });
});

/** A fingerprint of what the model makes of the memories and the prompts, to the last bit. */
async function numbersOf({ store }: Product, encoder: Encoder): Promise<string> {
  const hash = crypto.createHash('sha256');
  const ids = store.all().map(({ id }) => id);
  const kept = ids.sort().flatMap((id) => store.vector(id, vectorsOf(encoder)) ?? []);
  assert.equal(kept.length, ids.length, 'every memory has a vector');
  const prompts = SITUATIONS.flatMap((situation) => situation.prompts ?? []);
  for (const vector of [...kept, ...(await encoder.embed(prompts, 'query'))]) hash.update(vector);
  return hash.digest('hex');
}

const TELLS_FAILURE = /→ (?:failed|abandoned)$|\b(?:failed|crashed|reverted)\b/m;

/** What holds of every block, on every processor. */
function assertSound(block: ContextBlock, budget: number, memories: ReadonlyMap<MemoryId, Memory>): void {
  assert.equal(block.tokens, countTokens(block.text));
  assert.ok(block.tokens <= budget, `${block.tokens} tokens of ${budget}`);
  const lines = linesOf(block.text);
  assert.equal(lines.length, block.memories.length);
  assert.equal(new Set(lines).size, lines.length, 'no line twice');
  for (const [i, id] of block.memories.entries()) {
    const memory = memories.get(id);
    assert.equal(memory?.status, 'active', `${id} is superseded`);
    const isFailure = memory?.outcome === 'failed' || memory?.outcome === 'abandoned';
    if (isFailure) assert.match(lines[i] ?? '', TELLS_FAILURE);
  }
  for (const twins of TWINS) {
    assert.ok(!twins.every((id) => block.memories.includes(id as MemoryId)), `both ${twins.join(' and ')}`);
  }
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('- '));

function assertAlike(now: readonly string[], reviewed: readonly string[]): void {
  const lost = reviewed.filter((line) => !now.includes(line));
  const added = now.filter((line) => !reviewed.includes(line));
  const mayDiffer = (lines: readonly string[]) => Math.max(1, lines.length * (1 - LEAST_ALIKE));
  assert.ok(lost.length <= mayDiffer(reviewed), `lost:\n${lost.join('\n')}`);
  assert.ok(added.length <= mayDiffer(now), `not reviewed:\n${added.join('\n')}`);
}
