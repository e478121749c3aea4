// A store as a window's service holds it: owned, or, when another window was first, reached through its owner; taken over when that one ends.
import { tryOwn, type Ownership } from '../store/ownership.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';
import { traceOf, UserError } from '../util/errors.ts';
import { Emitter } from '../util/events.ts';
import type { Log } from '../util/log.ts';
import type { ServiceApi, StoreOnlyApi } from '../link/protocol.ts';
import type { StoreAddress } from '../link/registry.ts';
import { ask, hear, serve, tell } from '../link/rpc.ts';
import { connect, listen } from '../link/socket.ts';
import type { MessageConnection } from '../link/channels.ts';
import type { StoreApi } from './storeApi.ts';

/** How often a store that another owns, but whose owner does not answer, is tried again; a takeover is to take less than two seconds. */
const TRY_AGAIN_MS = 400;
/** Longest rest before a store that cannot be opened is tried again. */
const FAILED_AGAIN_MS = 30_000;
/** How long a question waits for a store that is just changing hands. */
const HAND_OVER_MS = 5_000;

/** What lives as long as this process owns the store: engine, watching, compressing. */
export interface OwnedStore extends Disposable {
  readonly api: StoreApi;
  /** Calls back when memories or waiting work change. */
  onDidChange(listener: () => void): Disposable;
}

export interface StoreHandleParts {
  readonly address: StoreAddress;
  /** Opens the engine and all that goes with it; called again when the store is taken over. Throws when the store cannot be opened. */
  readonly open: (folder: string) => OwnedStore;
  /** The window's answers that a store has none for, for those who ask at its socket. */
  readonly window: Pick<ServiceApi, 'configure' | 'pause' | 'status'>;
  readonly log: Log;
}

export class StoreHandle implements Disposable {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.own(new Emitter<void>());
  readonly #parts: StoreHandleParts;
  #api: Promise<StoreApi>;
  #settle!: { resolve: (api: StoreApi) => void; reject: (reason: unknown) => void };
  /** Ends with each change of hands. */
  #stay = new Disposables();

  readonly onDidChange = this.#changed.event;

  constructor(parts: StoreHandleParts) {
    this.#parts = parts;
    this.#api = this.#await();
    this.#owned.defer(() => this.#stay.dispose());
    void this.#acquire();
  }

  /** The store's answers, from here or from its owner. Rejects with a `UserError` when the store cannot be reached in a few seconds. */
  async api(): Promise<StoreApi> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const message =
        'The memory of this folder cannot be reached: another window holds it and does not answer. Close the other window, or reload it.';
      timer = setTimeout(() => reject(new UserError(message)), HAND_OVER_MS);
    });
    return Promise.race([this.#api, late]).finally(() => clearTimeout(timer));
  }

  dispose(): void {
    this.#settle.reject(new Error('the store was closed'));
    this.#owned.dispose();
  }

  #await(): Promise<StoreApi> {
    const api = new Promise<StoreApi>((resolve, reject) => (this.#settle = { resolve, reject }));
    api.catch(() => undefined); // Heard by those who ask; nobody may be asking.
    return api;
  }

  async #acquire(): Promise<void> {
    let pauseMs = TRY_AGAIN_MS;
    while (!this.#owned.isDisposed) {
      try {
        const ownership = tryOwn(this.#parts.address.store);
        if (ownership) return await this.#own(ownership);
        if (await this.#follow()) return;
      } catch (thrown) {
        // A store that cannot be opened (read-only, damaged beyond repair, newer) stays so: say it to those who ask, and look again.
        this.#parts.log.warn('opening a store failed', thrown instanceof UserError ? thrown.message : traceOf(thrown));
        this.#settle.reject(thrown);
        this.#api = this.#await();
        pauseMs = Math.min(2 * pauseMs, FAILED_AGAIN_MS);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #own(ownership: Ownership): Promise<void> {
    const stay = this.#renewStay();
    stay.defer(() => ownership.release());
    try {
      const { store, socket, token } = this.#parts.address;
      const opened = stay.own(this.#parts.open(store));
      const clients = new Set<MessageConnection>();
      const api: ServiceApi & StoreOnlyApi = { ...opened.api, ...this.#parts.window };
      const onConnection = (connection: MessageConnection) => {
        clients.add(connection);
        connection.onDispose(() => clients.delete(connection));
        serve(connection, api);
      };
      stay.own(
        opened.onDidChange(() => {
          for (const client of clients) tell(client, 'changed', { revision: 0 });
          this.#changed.fire();
        }),
      );
      stay.own(await listen({ path: socket, token, onConnection }));
      ownership.announce(socket);
      this.#settle.resolve(opened.api);
      this.#parts.log.info(`this window keeps the memory of ${this.#parts.address.folder ?? 'all projects'}`);
      this.#changed.fire();
    } catch (thrown) {
      stay.dispose();
      throw thrown;
    }
  }

  /** Connects to the store's owner. False when it does not answer (yet). */
  async #follow(): Promise<boolean> {
    const { socket, token } = this.#parts.address;
    const connection = await connect(socket, token).catch(() => undefined);
    if (!connection) return false;
    const stay = this.#renewStay();
    stay.own(connection);
    const remote = ask(connection);
    hear(connection, { changed: () => this.#changed.fire(), log: () => undefined });
    connection.onDispose(() => this.#lost(stay));
    this.#settle.resolve({ ...remote, storeStatus: () => statusOf(remote, this.#parts.address.store) });
    this.#changed.fire();
    return true;
  }

  /** The owner has gone: wait for another, or become it. */
  #lost(stay: Disposables): void {
    if (stay !== this.#stay || this.#owned.isDisposed) return;
    this.#api = this.#await();
    void this.#acquire();
  }

  #renewStay(): Disposables {
    this.#stay.dispose();
    this.#stay = new Disposables();
    return this.#stay;
  }
}

async function statusOf(remote: ServiceApi, store: string): Promise<Awaited<ReturnType<StoreApi['storeStatus']>>> {
  const { stores } = await remote.status();
  const found = stores.find((s) => s.store === store);
  if (!found) throw new Error('the owner does not know the store');
  return found;
}
