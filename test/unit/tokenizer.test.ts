import assert from 'node:assert/strict';
import { openTokenizer, type TextTokenizer } from '../../src/model/tokenizer.ts';
import example from '../fixtures/encoder/examples.json' with { type: 'json' };
import file from '../../models/tokenizer.json' with { type: 'json' };

describe('tokenizer', () => {
  let tokenizer: TextTokenizer;
  before(async () => {
    tokenizer = await openTokenizer(file);
  });

  for (const { text, maxTokens, ids } of example.tokens) {
    it(`${JSON.stringify(text.slice(0, 40))} within ${maxTokens} gives the ids that training saw`, () => {
      assert.deepEqual([...tokenizer.encode(text, maxTokens)].map(Number), ids);
    });
  }

  it('looks only at as much of a huge text as it can use', () => {
    // Read whole, this takes far longer than a test may.
    assert.equal(tokenizer.encode('a b '.repeat(5_000_000), 512).length, 512);
  });
});
