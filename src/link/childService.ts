// The extension host's end: keeps the memory service running as a child process. Started by the first question,
// started again after a crash, ended with the window. Questions do not notice, save that they wait a little.
import { fork, type ChildProcess } from 'node:child_process';
import type { Disposable } from '../util/disposal.ts';
import { UserError, codeOf } from '../util/errors.ts';
import { Emitter, type Event } from '../util/events.ts';
import type { Log } from '../util/log.ts';
import { overIpc, type MessageConnection } from './channels.ts';
import type { ServiceApi, ServiceEvents, ServiceSettings, StoreOnlyApi } from './protocol.ts';
import { LinkError, METHODS, ask, hear, type Method } from './rpc.ts';

/** `resting`: it crashed and will be started again. `given_up`: it crashed too often and waits to be asked for. */
export type ServiceState = 'idle' | 'running' | 'resting' | 'given_up' | 'ended';

export interface ChildServiceOptions {
  /** The service's script. */
  readonly script: string;
  readonly log: Log;
  /** The defaults suit people; tests hurry. */
  readonly pace?: Partial<Pace>;
}

interface Pace {
  /** Rest before the next start after a crash: the first, doubled each time, up to the longest. */
  readonly firstRestMs: number;
  readonly longestRestMs: number;
  /** This many crashes within the time, and it is not started again by itself. */
  readonly crashes: number;
  readonly withinMs: number;
  /** How long a question waits for a service that is not there. */
  readonly patienceMs: number;
  /** Between asking it to end and SIGTERM; SIGKILL comes after twice that. */
  readonly graceMs: number;
}
const PACE: Pace = { firstRestMs: 500, longestRestMs: 60_000, crashes: 8, withinMs: 600_000, patienceMs: 10_000, graceMs: 1_500 };

/** Questions that may wait at once for a service that is not there; more would only pile up captured text in the editor. */
const MAX_WAITING = 500;
/** Enough of the end of stderr to hold one stack. */
const STDERR_TAIL = 8_192;
/** What a dead process printed is there at once, unless a child of its own keeps the pipe open. */
const STDERR_WITHIN_MS = 300;

export interface ChildService extends Disposable {
  /**
   * Starts the service where need be. What was last given to `configure` and `pause` is told again to each new service before anything
   * else is asked. A question that was under way at a crash is asked once more where that is harmless, else rejected.
   * Failures of the link are `UserError`s.
   */
  readonly api: ServiceApi;
  readonly state: ServiceState;
  readonly onDidChangeState: Event<ServiceState>;
  /** The service's own news. */
  readonly onDidChange: Event<ServiceEvents['changed']>;
  /** Process id of the running service. */
  readonly pid: number | undefined;
  /** Ends the running service, if any, and starts it anew; also after it was given up. */
  restart(): void;
  /** As `dispose`, and resolves when the process is gone. */
  end(): Promise<void>;
}

interface Run {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  readonly api: ServiceApi & StoreOnlyApi;
  /** The settings it was started with. */
  readonly told: ServiceSettings | undefined;
  /** Settles when they have been told. */
  readonly configured: Promise<void>;
  /** False once its channel has closed: it is dying, or about to. */
  isOpen: boolean;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

interface Waiter {
  readonly resolve: (run: Run) => void;
  readonly reject: (error: Error) => void;
}

/** Costs nothing until the first question. */
export function keepService({ script, log, pace: given }: ChildServiceOptions): ChildService {
  const pace: Pace = { ...PACE, ...given };
  const stateChanged = new Emitter<ServiceState>();
  const changed = new Emitter<ServiceEvents['changed']>();
  const waiters = new Set<Waiter>();
  let state: ServiceState = 'idle';
  let run: Run | undefined;
  let settings: ServiceSettings | undefined;
  let crashTimesMs: number[] = [];
  let restTimer: NodeJS.Timeout | undefined;
  let isEndWanted = false;

  function enter(next: ServiceState): void {
    if (state === next) return;
    state = next;
    stateChanged.fire(next);
  }

  function start(): void {
    clearTimeout(restTimer);
    const child = fork(script, [], {
      execPath: process.execPath,
      // The host's own flags (a debugger's port) and preloads are not for the child.
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1', NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const connection = overIpc(child);
    const api = ask(connection);
    hear(connection, {
      changed: (event) => changed.fire(event),
      log: ({ level, message }) => log[level](message),
    });
    const configured = settings ? api.configure(settings) : Promise.resolve();
    // Whoever called `configure` hears of a failure through `api.configure`; a restart has nobody but the log.
    configured.catch((thrown: unknown) =>
      log.warn('the service did not take its settings', thrown instanceof UserError ? thrown.message : ''),
    );
    const started: Run = {
      child,
      connection,
      api,
      told: settings,
      configured,
      isOpen: true,
      gone: watch(child, connection, () => (started.isOpen = false)),
    };
    run = started;
    isEndWanted = false;
    enter('running');
    for (const waiter of [...waiters]) waiter.resolve(run);
  }

  /** Resolves when the child is gone, after having decided what comes next. */
  function watch(child: ChildProcess, connection: MessageConnection, onClosed: () => void): Promise<void> {
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_TAIL);
    });
    return new Promise((resolve) => {
      let kill: NodeJS.Timeout | undefined;
      const onGone = (how: string) => {
        clearTimeout(kill);
        onClosed();
        connection.dispose();
        run = undefined;
        resolve();
        if (state === 'ended') return;
        if (isEndWanted) start();
        else crashed(how, stderr);
      };
      child.once('disconnect', () => {
        onClosed();
        kill = setTimeout(() => child.kill('SIGKILL'), 2 * pace.graceMs);
      });
      // Not 'close', which Node does not tell of a child whose channel we closed ourselves. The end of stderr says why it died.
      child.once('exit', (code, signal) => {
        const how = signal ? `was ended by ${signal}` : `ended with code ${String(code)}`;
        if (!child.stderr || child.stderr.closed) return onGone(how);
        const late = setTimeout(() => onGone(how), STDERR_WITHIN_MS);
        child.stderr.once('close', () => (clearTimeout(late), onGone(how)));
      });
      // Said by a child that could not be started, which never closes, and by a signal that could not be sent.
      child.on('error', (error) => {
        if (child.pid === undefined) onGone(`could not be started (${codeOf(error) ?? 'unknown error'})`);
      });
    });
  }

  function crashed(how: string, stderr: string): void {
    const nowMs = Date.now();
    crashTimesMs = [...crashTimesMs.filter((atMs) => nowMs - atMs < pace.withinMs), nowMs];
    const trace = traceOf(stderr);
    log.warn(`the memory service ${how}${trace && `\n${trace}`}`);
    if (crashTimesMs.length >= pace.crashes) {
      log.error(
        `the memory service ended ${crashTimesMs.length} times within ${pace.withinMs / 60_000} minutes; it is not started again by itself`,
      );
      enter('given_up');
      for (const waiter of [...waiters]) waiter.reject(givenUp());
      return;
    }
    const restMs = Math.min(pace.firstRestMs * 2 ** (crashTimesMs.length - 1), pace.longestRestMs);
    enter('resting');
    restTimer = setTimeout(start, restMs);
  }

  /** The running service, now or soon. */
  function present(): Promise<Run> {
    if (run?.isOpen && !isEndWanted) return Promise.resolve(run);
    if (state === 'ended') return Promise.reject(new UserError('Cairn is shutting down. Try again when the window has reloaded.'));
    if (state === 'given_up') return Promise.reject(givenUp());
    if (waiters.size >= MAX_WAITING) return Promise.reject(absent());
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (found) => (settle(), resolve(found)),
        reject: (error) => (settle(), reject(error)),
      };
      const timer = setTimeout(() => waiter.reject(absent()), pace.patienceMs);
      waiters.add(waiter);
      if (state === 'idle') start();
    });
  }

  async function question(method: Method, args: readonly unknown[]): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      const found = await present();
      try {
        if (method === 'configure') return await configure(found, args[0] as ServiceSettings);
        await found.configured.catch(() => undefined); // Told to whoever configured; the service says itself what it cannot do without.
        return await (found.api[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
      } catch (thrown) {
        if (!(thrown instanceof LinkError)) throw thrown;
        if (thrown.reason === 'closed' && METHODS[method].isRepeatable && tries < 2) continue;
        throw thrown.reason === 'timeout' ? late() : absent();
      }
    }
  }

  /** A service just started with these settings has been told them already. */
  function configure(found: Run, wanted: ServiceSettings): Promise<void> {
    return found.told === wanted ? found.configured : found.api.configure(wanted);
  }

  function end(): Promise<void> {
    clearTimeout(restTimer);
    enter('ended');
    for (const waiter of [...waiters]) waiter.reject(absent());
    return run ? endRun(run) : Promise.resolve();
  }

  /** Asks by closing the channel, then insists; `watch` has the last word. */
  async function endRun({ child, connection, gone }: Run): Promise<void> {
    connection.dispose();
    if (child.connected) child.disconnect();
    const term = setTimeout(() => child.kill('SIGTERM'), pace.graceMs);
    await gone;
    clearTimeout(term);
  }

  const api = Object.fromEntries(
    (Object.keys(METHODS) as Method[]).map((method) => [
      method,
      (...args: unknown[]) => {
        if (method === 'configure') settings = args[0] as ServiceSettings;
        if (method === 'pause' && settings) settings = { ...settings, isPaused: args[0] === true };
        return question(method, args);
      },
    ]),
  ) as unknown as ServiceApi;

  return {
    api,
    get state() {
      return state;
    },
    get pid() {
      return run?.child.pid;
    },
    onDidChangeState: stateChanged.event,
    onDidChange: changed.event,
    restart() {
      if (state === 'ended') return;
      crashTimesMs = [];
      if (!run) return start();
      isEndWanted = true;
      void endRun(run);
    },
    end,
    dispose: () => void end(),
  };
}

const absent = (): UserError =>
  new UserError(`Cairn's memory service is not answering. Try again in a moment; the log says more ("Cairn: Show Log").`);
const late = (): UserError =>
  new UserError(`Cairn's memory service takes too long to answer. Try again; the log says more ("Cairn: Show Log").`);
const givenUp = (): UserError =>
  new UserError(
    `Cairn's memory service keeps crashing and was stopped. Start it again with "Cairn: Restart Memory Service"; the log says more ("Cairn: Show Log").`,
  );

/** Of what a dying process printed, the lines that cannot hold captured text: stack frames, names of errors, the runtime's own last words. */
function traceOf(stderr: string): string {
  return stderr
    .split('\n')
    .map((line) => /^\s+at .*|^FATAL ERROR: .*|^(?:Uncaught )?\w*Error\b(?: \[\w+\])?/.exec(line)?.[0])
    .filter((line) => line !== undefined)
    .slice(0, 20)
    .join('\n');
}
