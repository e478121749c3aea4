import { randomUUID } from 'node:crypto';

export const ACCESS_TOKEN_SECONDS = 15 * 60;
export const REFRESH_TOKEN_DAYS = 30;
export const REUSE_GRACE_SECONDS = 10;

/** Replaces a refresh token. The previous one is accepted for a short while, since one app may refresh twice at the same moment. */
export function rotate(session, nowMs) {
  return { ...session, previous: session.current, current: randomUUID(), rotatedAtMs: nowMs };
}

export function isAccepted(session, token, nowMs) {
  if (token === session.current) return true;
  return token === session.previous && nowMs - session.rotatedAtMs <= REUSE_GRACE_SECONDS * 1000;
}
