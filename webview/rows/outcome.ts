import type { Outcome } from '../protocol.ts';

/** What was tried came to nothing. */
export const isFailure = (outcome: Outcome | null): boolean => outcome === 'failed' || outcome === 'abandoned';
