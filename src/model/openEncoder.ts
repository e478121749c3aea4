// The encoder: one small transformer that embeds a text, and heads that judge a segment by the embeddings of itself, its neighbours and the request.
import { KINDS, OUTCOMES } from '../memory.ts';
import type { Encoder, EpisodeText, SegmentReading } from './encoder.ts';
import { clean, FeatureMaker } from './features.ts';
import { brokenFile, openModelFolder, type ModelFile } from './modelFiles.ts';
import { Queue } from './queue.ts';
import { nativeRuntime, wasmRuntime, type ModelSession, type Runtime, type Tensor } from './session.ts';
import { openTokenizer } from './tokenizer.ts';

export interface EncoderOptions {
  /** Threads of the native runtime; 1 unless told. */
  readonly threads?: number;
  /** `native` falls back to `wasm` where there is no native build, unless it is asked for by name. */
  readonly runtime?: Runtime['name'];
}

/** Rows that go through the heads at once: some 10 ms of work. */
const HEAD_ROWS = 128;
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
  const features = new FeatureMaker(await files.features());
  const runtime = await openRuntime(options);
  const open = (file: ModelFile): Promise<ModelSession> =>
    runtime.open(files.path(file)).catch((cause: unknown) => {
      throw brokenFile(file, cause);
    });
  const transformer = await open('encoder.onnx');
  const heads = await open('heads.onnx');
  const queue = new Queue();

  // One text a run. A batch is no faster on one thread (measured at 1 to 32), would hold the thread for longer, and the int8 model scales its
  // activations over the whole batch: the same text would get another embedding in other company.
  async function embedOne(text: string, maxTokens: number, isUrgent: boolean): Promise<Float32Array> {
    return queue.run(isUrgent, async () => {
      const ids = tokenizer.encode(text, maxTokens);
      const tensor = (data: BigInt64Array): Tensor => ({ data, dims: [1, data.length] });
      const { last_hidden_state: output } = await transformer.run({
        input_ids: tensor(ids),
        attention_mask: tensor(new BigInt64Array(ids.length).fill(1n)),
        token_type_ids: tensor(new BigInt64Array(ids.length)),
      });
      if (!output) throw new Error('the encoder has no output of the expected name');
      return normalised(output.data.subarray(0, manifest.dimensions));
    });
  }

  async function read(episode: EpisodeText, signal?: AbortSignal): Promise<SegmentReading[]> {
    const { segments } = episode;
    const texts = segments.map(({ role, text }) => clean(role, text));
    // What tools print is often printed again: the same text is embedded once.
    const known = new Map<string, Float32Array>();
    for (const text of new Set(texts)) {
      signal?.throwIfAborted();
      known.set(text, await embedOne(text, manifest.segmentTokens, false));
    }
    signal?.throwIfAborted();
    const asked = clean('request', episode.request);
    const request = asked ? await embedOne(asked, manifest.requestTokens, false) : new Float32Array(manifest.dimensions);
    const vectors = texts.map((text) => known.get(text) ?? request);
    const readings: SegmentReading[] = [];
    for (let from = 0; from < segments.length; from += HEAD_ROWS) {
      signal?.throwIfAborted();
      const to = Math.min(segments.length, from + HEAD_ROWS);
      const { rows, width } = features.rows(segments, texts, vectors, request, from, to);
      const outputs = await queue.run(false, () => heads.run({ features: { data: rows, dims: [to - from, width] } }));
      for (let row = 0; row < to - from; row++) readings.push(readingOf(outputs, row));
    }
    return readings;
  }

  return {
    id: manifest.id,
    dimensions: manifest.dimensions,
    runtime: runtime.name,
    embed: (texts, purpose) => {
      const prefix = purpose === 'query' ? manifest.queryPrefix : '';
      return Promise.all(texts.map((text) => embedOne(prefix + text, manifest.maxTokens, purpose === 'query')));
    },
    read,
    async dispose() {
      await queue.run(true, async () => {
        await transformer.dispose();
        await heads.dispose();
      });
    },
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

function readingOf(outputs: Readonly<Record<string, Tensor<Float32Array>>>, row: number): SegmentReading {
  const rowOf = (name: string): Float32Array => {
    const output = outputs[name];
    if (!output) throw new Error(`the heads have no output ${name}`);
    const width = output.dims[1] ?? 1;
    return output.data.slice(row * width, (row + 1) * width);
  };
  const kinds = rowOf('kinds');
  const outcomes = rowOf('outcomes');
  return {
    kinds: byName(KINDS, kinds),
    weight: rowOf('weight')[0] ?? 0,
    outcomes: byName(OUTCOME_CLASSES, outcomes),
    link: rowOf('link'),
  };
}

function byName<Name extends string>(names: readonly Name[], values: Float32Array): Record<Name, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? 0])) as Record<Name, number>;
}

function normalised(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return Float32Array.from(vector, (value) => value / norm);
}
