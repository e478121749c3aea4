// What the shipped model makes of five sessions, beside what a person read and found right.
//
// int8 sums differ a little between processors, so a memory may be cut otherwise or another of the same weight be chosen; most of them must come.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { isFaithful } from '../../src/compress/faithful.ts';
import { share } from '../../src/compress/scene.ts';
import { contentWords } from '../../src/compress/words.ts';
import { openEncoder } from '../../src/model/openEncoder.ts';
import { SESSIONS, fixtures, lineOf, plainCompressor, sessionOf } from '../support/compressSession.ts';

const models = path.resolve(import.meta.dirname, '../../models');
/** Of the golden memories, and of those made: how many must have their like on the other side. */
const LEAST_ALIKE = 0.75;
/** Words that two share, of those of the shorter one, from which they count as the same. */
const SAME_FROM = 0.7;

describe('what the shipped model makes of a session', function () {
  this.timeout(120_000);
  let encoder: Awaited<ReturnType<typeof openEncoder>>;
  before(async () => (encoder = await openEncoder(models, { runtime: 'native' })));
  after(() => encoder.dispose());

  for (const name of SESSIONS) {
    it(`tells what was reviewed as prose: ${name}`, async () => {
      const { memories } = await plainCompressor({ encoder: () => encoder }).compress(sessionOf(name));
      for (const { text, evidence } of memories) assert.ok(isFaithful(text, evidence), text);
      const told = memories.map(lineOf);
      const golden = path.join(fixtures, name.replace('.json', '.model.md'));
      // `UPDATE_GOLDEN=1 mocha test/native/compress.test.ts` writes them anew; then read what changed.
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(golden, told.join(''));
      const reviewed = fs.readFileSync(golden, 'utf8').split(/(?<=\n)/);
      const without = (some: readonly string[], others: readonly string[]) =>
        some.filter((one) => !others.some((other) => isSame(one, other)));
      const lost = without(reviewed, told);
      const added = without(told, reviewed);
      assert.ok(lost.length <= reviewed.length * (1 - LEAST_ALIKE), `lost: ${lost.join('')}`);
      assert.ok(added.length <= told.length * (1 - LEAST_ALIKE), `not reviewed: ${added.join('')}`);
    });
  }
});

function isSame(one: string, other: string): boolean {
  return share(contentWords(one), contentWords(other)) >= SAME_FROM;
}
