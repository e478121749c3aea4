// The model on its own thread: the same answers, and nobody waits for them who need not.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Encoder, EpisodeText } from '../../src/model/encoder.ts';
import { openEncoderThread } from '../../src/model/encoderThread.ts';
import { openEncoder } from '../../src/model/openEncoder.ts';
import { UserError } from '../../src/util/errors.ts';

const models = path.resolve(import.meta.dirname, '../../models');
const program = path.resolve(import.meta.dirname, '../../src/encoderThread.ts');
const long: EpisodeText = {
  request: 'Make it faster.',
  segments: Array.from({ length: 400 }, (_, i) => ({
    role: 'reply',
    text: `The cache in src/part${i}.ts is keyed by path, since ids change at each start.`,
    isFailure: false,
    cues: ['role:reply'],
  })),
};

describe('the thread of the model', function () {
  this.timeout(120_000);
  let thread: Encoder;
  const faults: Error[] = [];
  before(async () => {
    thread = await openEncoderThread(program, models, (fault) => faults.push(fault));
  });
  after(() => thread.dispose());

  it('says what the model says', async () => {
    const own = await openEncoder(models);
    assert.equal(thread.id, own.id);
    const texts = ['where are uploads stored', 'the cache is keyed by path'];
    assert.deepEqual(await thread.embed(texts, 'query'), await own.embed(texts, 'query'));
    const episode = { ...long, segments: long.segments.slice(0, 8) };
    assert.deepEqual(await thread.read(episode), await own.read(episode));
    await own.dispose();
  });

  it('leaves the asker free, and answers a query before it has read all', async () => {
    const pausesMs: number[] = [];
    let last = performance.now();
    const watch = setInterval(() => {
      pausesMs.push(performance.now() - last);
      last = performance.now();
    }, 2);
    let isRead = false;
    const reading = thread.read(long).then(() => (isRead = true));
    await thread.embed(['where are uploads stored'], 'query');
    assert.equal(isRead, false);
    await reading;
    clearInterval(watch);
    // Read on the asker's own thread, every pause would be as long as a window takes: some 100 ms. A busy machine may make some of them long, not most.
    const middle = pausesMs.sort((x, y) => x - y)[Math.floor(pausesMs.length / 2)] ?? Infinity;
    assert.ok(pausesMs.length > 50 && middle < 25, `the asker stood still for ${middle} ms, the middle of ${pausesMs.length} pauses`);
  });

  it('stops reading when told to', async () => {
    const stop = new AbortController();
    const reading = thread.read(long, stop.signal);
    setTimeout(() => stop.abort(), 20);
    await assert.rejects(reading, { name: 'AbortError' });
    const [vector] = await thread.embed(['still there'], 'query');
    assert.equal(vector?.length, 384);
  });

  it('rejects what waits and what comes once it is gone, without calling that a fault', async () => {
    const gone = await openEncoderThread(program, models, (fault) => faults.push(fault));
    const waiting = assert.rejects(gone.read(long));
    await gone.dispose();
    await waiting;
    await assert.rejects(gone.embed(['x'], 'query'));
    assert.deepEqual(faults, []);
  });

  it('says what is wrong with a folder without a model', async () => {
    await assert.rejects(
      openEncoderThread(program, import.meta.dirname, () => undefined),
      (thrown) => thrown instanceof UserError && /Install Cairn again/.test(thrown.message),
    );
  });
});
