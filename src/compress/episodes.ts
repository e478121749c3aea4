// Observations → episodes: a request and what followed until the next.
import type { Episode, Observation, SessionId } from '../memory.ts';

/**
 * Keeps the order given, which is that of time. Work before the first request is an episode without one. Requests that directly follow each
 * other are one request told in pieces: the first names the episode, the others stand in it as its observations.
 */
export function episodesOf(observations: readonly Observation[]): Episode[] {
  const episodes: { session: SessionId; request?: Observation; observations: Observation[] }[] = [];
  for (const observation of observations) {
    const last = episodes.at(-1);
    const isNewSession = last?.session !== observation.place.session;
    const isNewRequest = observation.role === 'request' && !(last?.request && last.observations.every(({ role }) => role === 'request'));
    if (!last || isNewSession || isNewRequest) {
      const request = observation.role === 'request' ? { request: observation } : {};
      episodes.push({ session: observation.place.session, ...request, observations: [observation] });
    } else last.observations.push(observation);
  }
  return episodes;
}
