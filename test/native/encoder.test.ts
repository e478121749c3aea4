// The shipped model on both runtimes: that they agree, that they agree with what the training saw, and what the model can tell apart.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { KINDS, OUTCOMES } from '../../src/memory.ts';
import type { EpisodeText, SegmentReading, WindowSegment } from '../../src/model/encoder.ts';
import { openEncoder } from '../../src/model/openEncoder.ts';
import { openTokenizer } from '../../src/model/tokenizer.ts';
import { UserError } from '../../src/util/errors.ts';
import example from '../fixtures/encoder/examples.json' with { type: 'json' };
import tokenizerFile from '../../models/tokenizer.json' with { type: 'json' };
import manifest from '../../models/model.json' with { type: 'json' };

const models = path.resolve(import.meta.dirname, '../../models');
const episode: EpisodeText = { request: example.request, segments: example.segments as WindowSegment[] };
type Opened = Awaited<ReturnType<typeof openEncoder>>;

const SENTENCES = [
  'The cache leaked memory because entries were never evicted, so it was replaced by an LRU map.',
  'Entries of the in-memory store were kept for ever, which made it grow; we swapped it for one that drops the least recently used.',
  'The button in the settings page is now blue.',
  'npm run build fails on Windows with EPERM',
];

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return dot / Math.sqrt(aa * bb);
}
const sum = (values: Record<string, number>) => Object.values(values).reduce((a, b) => a + b, 0);

for (const runtime of ['native', 'wasm'] as const) {
  describe(`encoder (${runtime})`, function () {
    this.timeout(120_000);
    let encoder: Opened;
    let loadMs: number;
    before(async () => {
      const began = performance.now();
      encoder = await openEncoder(models, { runtime });
      loadMs = performance.now() - began;
    });
    after(() => encoder.dispose());

    it('says what it is', () => {
      assert.equal(encoder.runtime, runtime);
      assert.equal(encoder.id, manifest.id);
      assert.equal(encoder.dimensions, 384);
    });

    it('embeds as the training did', async () => {
      const vectors = await encoder.embed(
        example.segments.slice(0, example.embeddings.length).map(({ text }) => text),
        'memory',
      );
      vectors.forEach((vector, i) => {
        assert.equal(vector.length, 384);
        assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-4);
        const head = example.embeddings[i] ?? [];
        assert.ok(cosine(vector.subarray(0, head.length), head) > 0.995, `${i}: ${cosine(vector.subarray(0, head.length), head)}`);
      });
    });

    it('puts a paraphrase nearer than anything else', async () => {
      const [a, paraphrase, ...others] = await encoder.embed(SENTENCES, 'memory');
      assert.ok(a && paraphrase);
      for (const other of others) assert.ok(cosine(a, paraphrase) > cosine(a, other) + 0.1);
    });

    it('gives a text the same embedding in any company', async () => {
      const [alone] = await encoder.embed(SENTENCES.slice(0, 1), 'memory');
      const among = await encoder.embed([...SENTENCES].reverse(), 'memory');
      assert.deepEqual(among.at(-1), alone);
    });

    it('cuts what is too long', async () => {
      const [long, longer] = await encoder.embed(['memory '.repeat(600), 'memory '.repeat(3_000)], 'memory');
      assert.deepEqual(long, longer);
    });

    it('reads as the training did', async () => {
      const readings = await encoder.read(episode);
      assert.equal(readings.length, example.readings.length);
      readings.forEach((reading, i) => {
        const expected = example.readings[i];
        assert.ok(expected);
        // int8 arithmetic differs a little between machines, and the heads make more of it.
        const close = (got: number, wanted: number, what: string, within = 0.05) =>
          assert.ok(Math.abs(got - wanted) < within, `${i} ${what}: ${got}, in training ${wanted}`);
        close(reading.weight, expected.weight[0] ?? NaN, 'weight');
        KINDS.forEach((kind, k) => close(reading.kinds[kind], expected.kinds[k] ?? NaN, kind));
        [...OUTCOMES, 'none' as const].forEach((outcome, k) => close(reading.outcomes[outcome], expected.outcomes[k] ?? NaN, outcome));
        close(reading.noise, expected.noise[0] ?? NaN, 'noise');
        assert.ok(cosine(reading.link, expected.link) > 0.97, `${i} link: ${cosine(reading.link, expected.link)}`);
        // A single word is said of by a single token: there rounding shows most.
        expected.keep.forEach((keep, k) => close(reading.keep[k] ?? NaN, keep, `word ${k}`, 0.2));
        assert.ok(Math.abs(sum(reading.kinds) - 1) < 1e-4 && Math.abs(sum(reading.outcomes) - 1) < 1e-4);
        assert.ok(Math.abs(Math.hypot(...reading.link) - 1) < 1e-4);
      });
    });

    it('hears failure in a failed attempt, and not in a neutral remark', async () => {
      const segments: WindowSegment[] = [
        { role: 'request', text: 'Make the upload faster.', isFailure: false, cues: [] },
        {
          role: 'reply',
          text: 'I tried a worker pool, but it crashed with EPIPE under load, so I reverted it.',
          isFailure: false,
          cues: [],
        },
        { role: 'reply', text: 'Uploads are stored in the blobs table, one row a chunk.', isFailure: false, cues: [] },
      ];
      const [, failed, neutral] = await encoder.read({ request: 'Make the upload faster.', segments });
      assert.ok(failed && neutral);
      const wentWrong = ({ outcomes }: SegmentReading) => outcomes.failed + outcomes.abandoned;
      assert.ok(wentWrong(failed) > wentWrong(neutral) + 0.1, `${wentWrong(failed)} against ${wentWrong(neutral)}`);
      assert.ok(failed.kinds.failed_attempt > neutral.kinds.failed_attempt);
      assert.ok(neutral.kinds.architecture > failed.kinds.architecture);
    });

    it('reads nothing, no request, and blank segments', async () => {
      assert.deepEqual(await encoder.read({ request: '', segments: [] }), []);
      const readings = await encoder.read({
        request: '',
        segments: [
          { role: 'result', text: '  ', isFailure: false, cues: [] },
          { role: 'revert', text: 'Revert "x"', isFailure: false, cues: [] },
        ],
      });
      for (const { weight, link } of readings) assert.ok(weight >= 0 && weight <= 1 && link.every(Number.isFinite));
    });

    it('stops reading when told to', async () => {
      const stop = new AbortController();
      const reading = encoder.read(
        {
          ...episode,
          segments: Array.from({ length: 500 }, (_, i) => ({ role: 'reply', text: `Line ${i} of many`, isFailure: false, cues: [] })),
        },
        stop.signal,
      );
      setTimeout(() => stop.abort(), 20);
      await assert.rejects(reading, { name: 'AbortError' });
    });

    it('answers a query while it reads', async () => {
      let isRead = false;
      const reading = encoder.read(episode).then(() => (isRead = true));
      await encoder.embed(['where are uploads stored'], 'query');
      assert.equal(isRead, false);
      await reading;
    });

    it('is quick enough', async () => {
      const began = performance.now();
      const texts = Array.from({ length: 40 }, (_, i) => `${SENTENCES[i % 4]} (${i})`);
      await encoder.embed(texts, 'memory');
      const seconds = (performance.now() - began) / 1_000;
      const tokenizer = await openTokenizer(tokenizerFile);
      const tokens = texts.reduce((count, text) => count + tokenizer.encode(text, 512).length, 0);
      console.log(
        `        loaded in ${loadMs.toFixed(0)} ms; ${(tokens / seconds).toFixed(0)} tokens a second, ${((seconds * 1_000) / texts.length).toFixed(1)} ms a sentence`,
      );
      assert.ok(seconds < 30);
    });
  });
}

describe('both runtimes', function () {
  this.timeout(120_000);
  it('give the same embedding', async () => {
    const [native, wasm] = await Promise.all([openEncoder(models, { runtime: 'native' }), openEncoder(models, { runtime: 'wasm' })]);
    const [a, b] = [await native.embed(SENTENCES, 'query'), await wasm.embed(SENTENCES, 'query')];
    await Promise.all([native.dispose(), wasm.dispose()]);
    // Mostly equal to the last bit. Where a value lies on the border of two int8 steps, the last bit of a float decides, and the cosine falls to
    // .997: the distance of the int8 model to its fp32 origin, so no runtime is the better one.
    const nearness = a.map((vector, i) => cosine(vector, b[i] ?? []));
    assert.ok(Math.min(...nearness) > 0.995 && nearness.reduce((x, y) => x + y, 0) / nearness.length > 0.998, nearness.join(' '));
  });
});

describe('model files', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-model-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));
  const copyAllBut = (name: string) => {
    for (const file of fs.readdirSync(models)) if (file !== name) fs.copyFileSync(path.join(models, file), path.join(folder, file));
  };

  it('are those that the manifest names', () => {
    for (const [file, { sha256, bytes }] of Object.entries(manifest.files)) {
      const content = fs.readFileSync(path.join(models, file));
      assert.equal(content.length, bytes, file);
      assert.equal(crypto.createHash('sha256').update(content).digest('hex'), sha256, file);
      assert.ok(fs.readFileSync(path.join(models, 'README.md'), 'utf8').includes(sha256), `the card names the sum of ${file}`);
    }
    const sums = [manifest.files['encoder.onnx'], manifest.files['tokenizer.json']].map(({ sha256 }) => sha256);
    assert.equal(crypto.createHash('sha256').update(sums.join('')).digest('hex').slice(0, 16), manifest.id);
  });

  for (const file of ['model.json', 'encoder.onnx', 'tokenizer.json', 'weights.json']) {
    it(`say which is missing: ${file}`, async () => {
      copyAllBut(file);
      await assert.rejects(openEncoder(folder), (thrown) => thrown instanceof UserError && thrown.message.includes(file));
    });
  }

  it('say which is broken', async () => {
    copyAllBut('encoder.onnx');
    fs.writeFileSync(path.join(folder, 'encoder.onnx'), 'x'.repeat(manifest.files['encoder.onnx'].bytes));
    await assert.rejects(openEncoder(folder), (thrown) => thrown instanceof UserError && thrown.message.includes('encoder.onnx'));
    fs.writeFileSync(path.join(folder, 'encoder.onnx'), 'cut short');
    await assert.rejects(openEncoder(folder), (thrown) => thrown instanceof UserError && thrown.message.includes('encoder.onnx'));
  });

  for (const runtime of ['native', 'wasm']) {
    it(`leave nothing in the user's home (${runtime})`, () => {
      const script = `
        import { openEncoder } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../src/model/openEncoder.ts'))};
        const encoder = await openEncoder(${JSON.stringify(models)}, { runtime: '${runtime}' });
        const [vector] = await encoder.embed(['hello'], 'query');
        await encoder.dispose();
        console.log(vector.length);`;
      const env = { ...process.env, HOME: folder, USERPROFILE: folder, XDG_CACHE_HOME: path.join(folder, '.cache'), LOCALAPPDATA: folder };
      delete (env as Record<string, string | undefined>)['ORT_DISABLE_TELEMETRY'];
      const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
        env,
      });
      assert.equal(status, 0, stderr);
      assert.equal(stdout.trim(), '384');
      assert.deepEqual(fs.readdirSync(folder, { recursive: true }), []);
    });
  }
});
