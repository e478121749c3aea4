// How likely a finding, as it is said, tells something that a careful reader would keep: from the readings of its parts and from how it is said.
import type { Finding } from './finding.ts';
import { logit, sigmoid } from './read.ts';
import type { Said } from './say.ts';
import { isOutput, isReadable } from './segment.ts';
import { oddsOf } from './weights.ts';
import { contentWords } from './words.ts';

/** What is seen of a finding: log-odds, shares, counts by logarithm, or 0 and 1. */
export function worthCues(finding: Finding, said: Said): Record<string, number> {
  const parts = said.parts;
  const [anchor, ...others] = parts;
  if (!anchor) return {};
  const has = (cue: string) => Number(parts.some(({ cues }) => cues.includes(cue)));
  const mean = (values: readonly number[]) => (values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : 0);
  const kinds = Object.values(anchor.reading.kinds);
  return {
    weight: logit(anchor.reading.weight),
    others: others.length > 0 ? mean(others.map(({ reading }) => logit(reading.weight))) : logit(anchor.reading.weight),
    noise: anchor.reading.noise,
    mostNoise: Math.max(...parts.map(({ reading }) => reading.noise)),
    linked: others.length,
    words: Math.log(contentWords(said.text).size),
    certain: Math.max(...kinds),
    failed: anchor.reading.outcomes.failed + anchor.reading.outcomes.abandoned,
    chain: finding.is === 'failure' ? logit(finding.weight) : 0,
    told: Number(finding.is === 'failure' && finding.from === 'told'),
    run: Number(finding.is === 'failure' && finding.from === 'run'),
    refuted: Number(finding.is === 'failure' && finding.from === 'refuted'),
    asked: Number(anchor.segment.observation.role === 'request'),
    called: Number(anchor.segment.observation.role === 'call'),
    printed: Number(isOutput(anchor.segment)),
    prose: mean(parts.map((part) => Number(isReadable(part.segment)))),
    reason: has('reason'),
    code: has('code'),
    claim: has('claim'),
    plan: has('plan'),
    summary: has('summary'),
    guess: has('guess'),
    negation: has('negation'),
    question: Number(/\?\s*$/.test(said.text)),
    preference: Number(said.memoryKind === 'preference'),
    command: Number(said.memoryKind === 'command'),
    todo: Number(said.memoryKind === 'todo'),
  };
}

/** 0 to 1. */
export function worthOf(finding: Finding, said: Said): number {
  const [anchor] = said.parts;
  return anchor ? sigmoid(oddsOf(anchor.fitted.worth, worthCues(finding, said))) : 0;
}
