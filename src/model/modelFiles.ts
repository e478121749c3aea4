import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../util/errors.ts';
import type { FittedWeights } from './encoder.ts';

const MODEL_FILES = ['encoder.onnx', 'tokenizer.json', 'weights.json'] as const;
export type ModelFile = (typeof MODEL_FILES)[number];

/** `model.json`, written by the training beside the files that it names. */
export interface Manifest {
  /** From the sums of the encoder and its tokenizer: what it embeds depends on these. */
  readonly id: string;
  readonly dimensions: number;
  /** Longest text, in tokens, that is embedded. */
  readonly maxTokens: number;
  /** The cues that the model was taught, in its order. */
  readonly cues: readonly string[];
  /** What stands before a query, so that it is embedded near its answers; empty where it does not help. */
  readonly queryPrefix: string;
  readonly files: Readonly<Record<ModelFile, { readonly sha256: string; readonly bytes: number }>>;
}

/** The folder of a model whose files are all there, with the lengths that its manifest says. Sums are not looked at: that would cost more than loading. */
export interface ModelFolder {
  readonly manifest: Manifest;
  path(file: ModelFile): string;
  tokenizer(): Promise<object>;
  fitted(): Promise<FittedWeights>;
}

/** @throws UserError naming the file that is missing or broken */
export async function openModelFolder(folder: string): Promise<ModelFolder> {
  const manifest = (await readJson(folder, 'model.json')) as Manifest;
  if (typeof manifest.id !== 'string' || typeof manifest.files !== 'object' || !Array.isArray(manifest.cues))
    throw brokenFile('model.json');
  for (const file of MODEL_FILES) {
    const found = await stat(path.join(folder, file)).catch((cause: unknown) => {
      throw brokenFile(file, cause);
    });
    if (found.size !== manifest.files[file]?.bytes) throw brokenFile(file);
  }
  return {
    manifest,
    path: (file) => path.join(folder, file),
    tokenizer: () => readJson(folder, 'tokenizer.json'),
    fitted: async () => (await readJson(folder, 'weights.json')) as unknown as FittedWeights,
  };
}

/** What to throw where a model file is missing, cut short, or not what its name says. */
export function brokenFile(file: string, cause?: unknown): UserError {
  return new UserError(`The model's file ${file} is missing or broken: memories are found by words alone. Install Cairn again.`, { cause });
}

async function readJson(folder: string, file: string): Promise<object> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path.join(folder, file), 'utf8'));
    if (typeof parsed !== 'object' || parsed === null) throw new TypeError('no object');
    return parsed;
  } catch (cause) {
    throw brokenFile(file, cause);
  }
}
