import assert from 'node:assert/strict';
import { clean, FeatureMaker, type FeaturePlan } from '../../src/model/features.ts';
import example from '../fixtures/encoder/examples.json' with { type: 'json' };
import plan from '../../models/features.json' with { type: 'json' };
import type { WindowSegment } from '../../src/model/encoder.ts';

describe('features of a segment', () => {
  const segments = example.segments as WindowSegment[];
  const vectors = example.features.vectors.map((v) => Float32Array.from(v));
  const request = Float32Array.from(example.features.request);
  const make = (from: number, to: number) =>
    new FeatureMaker(plan as FeaturePlan).rows(
      segments,
      segments.map(({ role, text }) => clean(role, text)),
      vectors,
      request,
      from,
      to,
    );

  it('cleans texts as the training did', () => {
    assert.deepEqual(
      segments.map(({ role, text }) => clean(role, text)),
      example.cleaned,
    );
  });

  it('are those that the training made', () => {
    const { rows, width } = make(0, segments.length);
    assert.equal(rows.length, segments.length * width);
    example.features.rows.forEach((expected, row) => {
      assert.equal(expected.length, width);
      expected.forEach((value, k) => {
        const got = rows[row * width + k] ?? NaN;
        assert.ok(Math.abs(got - value) < 1e-4, `row ${row}, feature ${k}: ${got}, in training ${value}`);
      });
    });
  });

  it('do not depend on how an episode is sliced', () => {
    const { rows, width } = make(0, segments.length);
    assert.deepEqual(make(3, 7).rows, rows.slice(3 * width, 7 * width));
  });

  it('each cue finds something and misses something', () => {
    const texts = [
      ...example.cleaned,
      '{"a": 1}',
      'TODO: later',
      'Why?',
      'the default is 5 at most',
      'see foo_bar',
      '',
      'plain words',
      '[...]',
      '// x',
      'it still breaks because of x',
      'it was caused by y',
      'I want tabs',
      'removed the unused flag --x',
      'it contains rows in src/a.ts',
      'call makeIt(), not `fooBar`',
      'it works now, perfect',
      'let me check',
      'Root cause: x',
      'reverted it',
      'Port: 80',
      'see this:',
      'a – b',
      'not found',
      'we always use tabs',
      'you may import it',
      'const a = 1',
      '[1]',
      'abc → d',
      'fixed it',
      'Great, done.',
      'we chose B instead of A',
    ];
    for (const { name, pattern, isCaseSensitive } of (plan as FeaturePlan).cues) {
      const found = texts.filter((text) => new RegExp(pattern, isCaseSensitive ? '' : 'i').test(text)).length;
      assert.ok(found > 0 && found < texts.length, `${name} finds ${found} of ${texts.length}`);
    }
  });
});
