// A service that answers every question with what the test gives it, and remembers what it was asked.
import type { ServiceApi, StoreOnlyApi } from '../../src/link/protocol.ts';
import { METHODS, type Method } from '../../src/link/rpc.ts';

type Api = ServiceApi & StoreOnlyApi;

export interface StubApi {
  readonly api: Api;
  readonly asked: { readonly method: Method; readonly args: readonly unknown[] }[];
}

/** Methods without an answer reject with "no answer". */
export function stubApi(answers: { readonly [M in Method]?: (...args: Parameters<Api[M]>) => unknown }): StubApi {
  const asked: { method: Method; args: readonly unknown[] }[] = [];
  const api = Object.fromEntries(
    (Object.keys(METHODS) as Method[]).map((method) => [
      method,
      async (...args: unknown[]) => {
        asked.push({ method, args });
        const answer = answers[method] as ((...args: unknown[]) => unknown) | undefined;
        if (!answer) throw new Error('no answer');
        return answer(...args);
      },
    ]),
  );
  return { api: api as unknown as Api, asked };
}
