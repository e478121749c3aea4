// The encoder: one small transformer of two branches over shared layers. One embeds a finished text; the other reads the windows of an episode.
import { KINDS, OUTCOMES } from '../memory.ts';
import type { Encoder, EpisodeText, SegmentReading } from './encoder.ts';
import { brokenFile, openModelFolder } from './modelFiles.ts';
import { Queue } from './queue.ts';
import { nativeRuntime, wasmRuntime, type ModelSession, type Runtime, type Tensor } from './session.ts';
import { openTokenizer } from './tokenizer.ts';
import { type Window, windowsOf, wordsOf } from './windows.ts';

export interface EncoderOptions {
  /** Threads of the native runtime; 1 unless told. */
  readonly threads?: number;
  /** `native` falls back to `wasm` where there is no native build, unless it is asked for by name. */
  readonly runtime?: Runtime['name'];
}

const OUTCOME_CLASSES = [...OUTCOMES, 'none'] as const;

/**
 * Loads the model of a folder (some 0.3 s); nothing is loaded by importing this file. The caller disposes of it.
 * @throws UserError where a file is missing or broken: the caller carries on without a model
 */
export async function openEncoder(folder: string, options: EncoderOptions = {}): Promise<Encoder & { readonly runtime: Runtime['name'] }> {
  const files = await openModelFolder(folder);
  const { manifest } = files;
  const tokenizer = await openTokenizer(await files.tokenizer()).catch((cause: unknown) => {
    throw brokenFile('tokenizer.json', cause);
  });
  const fitted = await files.fitted();
  const runtime = await openRuntime(options);
  const model = await runtime.open(files.path('encoder.onnx')).catch((cause: unknown) => {
    throw brokenFile('encoder.onnx', cause);
  });
  const cueTable = new Map(manifest.cues.map((name, i) => [name, i]));
  const queue = new Queue();

  // One text a run. A batch is no faster on one thread (measured at 1 to 32), would hold the thread for longer, and the int8 model scales its
  // activations over the whole batch: the same text would get another embedding in other company.
  async function embedOne(text: string, isUrgent: boolean): Promise<Float32Array> {
    const outputs = await queue.run(isUrgent, () => model.run(inputsToEmbed(tokenizer.encode(text, manifest.maxTokens), cueTable.size)));
    return outputOf(outputs, 'embedding').data.slice();
  }

  async function read(episode: EpisodeText, signal?: AbortSignal): Promise<SegmentReading[]> {
    const { segments } = episode;
    const cues = segments.map(({ cues: names }) => names.flatMap((name) => cueTable.get(name) ?? []));
    const readings = new Array<SegmentReading>(segments.length);
    for (const window of windowsOf(episode, tokenizer)) {
      signal?.throwIfAborted();
      const outputs = await queue.run(false, () => model.run(inputsToRead(window, cues, cueTable.size)));
      let word = 0;
      for (const [row, { segment, words }] of window.places.entries()) {
        const keep = new Float32Array(wordsOf(segments[segment]?.text ?? '').length).fill(1);
        for (const [i, start] of words.entries()) if (start >= 0) keep[i] = outputOf(outputs, 'keep').data[word++] ?? 1;
        readings[segment] = readingOf(outputs, row, keep);
      }
    }
    return readings;
  }

  return {
    id: manifest.id,
    dimensions: manifest.dimensions,
    fitted,
    runtime: runtime.name,
    embed: (texts, purpose) => {
      const prefix = purpose === 'query' ? manifest.queryPrefix : '';
      return Promise.all(texts.map((text) => embedOne(prefix + text, purpose === 'query')));
    },
    read,
    dispose: () => queue.run(true, () => model.dispose()),
  };
}

async function openRuntime({ threads = 1, runtime }: EncoderOptions): Promise<Runtime> {
  if (runtime === 'wasm') return wasmRuntime();
  try {
    return await nativeRuntime(threads);
  } catch (cause) {
    if (runtime === 'native') throw cause;
    return wasmRuntime();
  }
}

/** The one file has two branches: of a text to be embedded nothing is read, and the other way round. */
function inputsToEmbed(ids: BigInt64Array, cueCount: number): Inputs {
  const position = { data: new BigInt64Array(1), dims: [1] };
  return {
    input_ids: { data: ids, dims: [1, ids.length] },
    is_reading: { data: Uint8Array.of(0), dims: [] },
    markers: position,
    words: position,
    pool: { data: new Float32Array(ids.length), dims: [1, ids.length] },
    cues: { data: new Float32Array(3 * cueCount), dims: [1, 3 * cueCount] },
  };
}

function inputsToRead({ ids, places }: Window, cues: readonly (readonly number[])[], cueCount: number): Inputs {
  const pool = new Float32Array(places.length * ids.length);
  const seen = new Float32Array(places.length * 3 * cueCount);
  for (const [row, { segment, marker, end }] of places.entries()) {
    // The mean over its tokens; one without any has its marker.
    const [from, to] = end > marker + 1 ? [marker + 1, end] : [marker, end];
    pool.fill(1 / (to - from), row * ids.length + from, row * ids.length + to);
    // Its own cues, then those of the segment before and of the one after.
    for (const [part, i] of [segment, segment - 1, segment + 1].entries())
      for (const cue of cues[i] ?? []) seen[row * 3 * cueCount + part * cueCount + cue] = 1;
  }
  // At least one, or the shape would be empty: what is said of it is not looked at.
  const words = places.flatMap(({ words: starts }) => starts.filter((start) => start >= 0));
  if (words.length === 0) words.push(0);
  const positions = (of: readonly number[]): Tensor => ({ data: BigInt64Array.from(of, BigInt), dims: [of.length] });
  return {
    input_ids: { data: BigInt64Array.from(ids, BigInt), dims: [1, ids.length] },
    is_reading: { data: Uint8Array.of(1), dims: [] },
    markers: positions(places.map(({ marker }) => marker)),
    words: positions(words),
    pool: { data: pool, dims: [places.length, ids.length] },
    cues: { data: seen, dims: [places.length, 3 * cueCount] },
  };
}

type Inputs = Parameters<ModelSession['run']>[0];
type Outputs = Awaited<ReturnType<ModelSession['run']>>;

function outputOf(outputs: Outputs, name: string): Tensor<Float32Array> {
  const output = outputs[name];
  if (!output) throw new Error(`the model has no output ${name}`);
  return output;
}

function readingOf(outputs: Outputs, row: number, keep: Float32Array): SegmentReading {
  const rowOf = (name: string): Float32Array => {
    const { data, dims } = outputOf(outputs, name);
    const width = dims[1] ?? 1;
    return data.slice(row * width, (row + 1) * width);
  };
  return {
    kinds: byName(KINDS, rowOf('kinds')),
    weight: rowOf('weight')[0] ?? 0,
    noise: rowOf('noise')[0] ?? 0,
    outcomes: byName(OUTCOME_CLASSES, rowOf('outcomes')),
    link: rowOf('link'),
    keep,
  };
}

function byName<Name extends string>(names: readonly Name[], values: Float32Array): Record<Name, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? 0])) as Record<Name, number>;
}
