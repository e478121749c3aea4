// The fitted tables and the cues that are asked of them belong together: a cue renamed on one side only would silently be worth nothing.
import assert from 'node:assert/strict';
import { CUE_WEIGHTS } from '../../src/compress/cueWeights.ts';
import { episodesOf } from '../../src/compress/episodes.ts';
import { failureCues } from '../../src/compress/failureOdds.ts';
import { kindCues, kindOdds } from '../../src/compress/kinds.ts';
import { linkCues, linkOf } from '../../src/compress/links.ts';
import { type ReadUnit, readPlainly } from '../../src/compress/read.ts';
import { say } from '../../src/compress/say.ts';
import { scenesOf } from '../../src/compress/scene.ts';
import { oddsOf } from '../../src/compress/weights.ts';
import { worthCues, worthOf } from '../../src/compress/worth.ts';
import { KINDS } from '../../src/memory.ts';
import type { FittedWeights, Weights } from '../../src/model/encoder.ts';
import modelWeights from '../../models/weights.json' with { type: 'json' };
import { countTokens, tell } from '../support/compressSession.ts';

const units: readonly ReadUnit[] = scenesOf(
  episodesOf(
    tell([
      ['request', 'Which token should the API use?'],
      [
        'reply',
        'We decided to use JWT with refresh tokens instead of server sessions, because the API must stay stateless. The tokens live 15 minutes in `auth/token.ts`. The button is blue now.',
      ],
    ]),
  ),
).flatMap((scene) => readPlainly(scene.units));
const [, anchor, other, far] = units as [ReadUnit, ReadUnit, ReadUnit, ReadUnit];
const finding = { is: 'fact', anchor, linked: [other], kinds: kindOdds(anchor, []), weight: anchor.reading.weight } as const;
const said = say(finding, { happenings: [], countTokens, mostTokens: 80, mostLines: 6, isShortened: true });

function assertKnown({ of }: Weights, cues: Readonly<Record<string, number>>): void {
  assert.deepEqual(
    Object.keys(of).filter((cue) => !(cue in cues)),
    [],
  );
  assert.ok(Object.values(of).every(Number.isFinite) && Object.values(cues).every(Number.isFinite));
}

describe('fitted tables', () => {
  it('speak of cues that are there', () => {
    assert.equal(said.kind, 'said');
    if (said.kind !== 'said') return;
    for (const { link, failure, worth, kinds, keepFrom, failedFrom } of [CUE_WEIGHTS, modelWeights as FittedWeights]) {
      assert.ok(keepFrom > 0 && keepFrom < 1 && Number.isFinite(failedFrom));
      assertKnown(link, linkCues(anchor, other));
      assertKnown(failure, failureCues([anchor, other], []));
      assertKnown(worth, worthCues(finding, said));
      for (const kind of KINDS) {
        // Which role and shape a segment has is one cue each.
        const ofAnyUnit = Object.fromEntries(
          Object.keys(kinds[kind].of)
            .filter((cue) => /^(?:role|shape):/.test(cue))
            .map((cue) => [cue, 0]),
        );
        assertKnown(kinds[kind], { ...ofAnyUnit, ...kindCues(anchor, [other]) });
      }
    }
  });

  it('add up', () => {
    assert.equal(oddsOf({ base: -1, of: { a: 2, b: 0.5 } }, { a: 1, b: 2, unknown: 100 }), 2);
  });

  it('hold what goes on with the same thing for likelier linked than what does not', () => {
    assert.ok(linkOf(anchor, other) > linkOf(anchor, far));
  });

  it('call a decision a decision, and give it a weight', () => {
    assert.equal(KINDS.toSorted((a, b) => finding.kinds[b] - finding.kinds[a])[0], 'decision');
    if (said.kind !== 'said') return assert.fail('not said');
    const worth = worthOf(finding, said);
    assert.ok(worth > 0.2 && worth < 1, `${worth}`);
  });
});
