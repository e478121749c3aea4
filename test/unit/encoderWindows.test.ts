import assert from 'node:assert/strict';
import type { WindowSegment } from '../../src/model/encoder.ts';
import { openTokenizer, type TextTokenizer } from '../../src/model/tokenizer.ts';
import { windowsOf, wordsOf } from '../../src/model/windows.ts';
import tokenizerFile from '../../models/tokenizer.json' with { type: 'json' };
import example from '../fixtures/encoder/examples.json' with { type: 'json' };

describe('windows of an episode', () => {
  const segments = example.segments as WindowSegment[];
  let tokenizer: TextTokenizer;
  before(async () => {
    tokenizer = await openTokenizer(tokenizerFile);
  });

  it('are those that the training made', () => {
    assert.deepEqual([...windowsOf({ request: example.request, segments }, tokenizer)], example.windows);
  });

  it('hold every segment once', () => {
    const read = [...windowsOf({ request: '', segments }, tokenizer)].flatMap(({ places }) => places.map(({ segment }) => segment));
    assert.deepEqual(
      read,
      segments.map((_, i) => i),
    );
  });

  it('point at the words of a segment, as far as it is read', () => {
    for (const { ids, places } of windowsOf({ request: example.request, segments }, tokenizer))
      for (const { segment, marker, end, words } of places) {
        const said = wordsOf(segments[segment]?.text ?? '');
        assert.ok(words.length <= said.length && end - marker <= 96);
        for (const [i, start] of words.entries())
          if (start >= 0) assert.equal(ids[start], tokenizer.word(said[i] ?? '')[0], `${segment}: ${said[i]}`);
      }
  });

  it('of nothing are none', () => {
    assert.deepEqual([...windowsOf({ request: 'anything', segments: [] }, tokenizer)], []);
  });
});
