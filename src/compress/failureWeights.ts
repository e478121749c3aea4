// When what a finding tells came to nothing: log-odds, fitted by training/fit_weights.py on the labelled sessions. Not edited by hand.
import type { Weights } from './weights.ts';

/** 3957 rows, 757 right; on held-out sessions AUC 0.831, average precision 0.541. */
export const BY_MODEL: Weights = {
  base: -1.917,
  of: {
    cameToNothing: 0.349,
    failedAttempt: 0.593,
    preference: -0.391,
    wrongWay: 0.542,
    runFailed: 0.436,
    retry: 0.471,
    claim: -0.848,
    refuted: 0.69,
    attemptFailed: 0.484,
    negation: 0.179,
    undoing: 0.26,
    still: 0.482,
    admission: 0.418,
  },
};

/** 6320 rows, 1069 right; on held-out sessions AUC 0.795, average precision 0.500. */
export const BY_CUES: Weights = {
  base: -1.81,
  of: {
    cameToNothing: 0.129,
    failedAttempt: 0.502,
    preference: -0.113,
    wrongWay: 1.888,
    runFailed: 0.999,
    retry: 0.429,
    claim: -0.255,
    refuted: 0.869,
    attemptFailed: 0.624,
    negation: 0.555,
    undoing: 0.582,
    still: 0.818,
    admission: 0.09,
  },
};
