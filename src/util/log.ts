/** What every part may log to. `vscode.LogOutputChannel` satisfies it as it stands. Ids, counts, sizes and durations only: never captured text. */
export interface Log {
  trace(message: string, ...args: unknown[]): void;
  debug(message: string, ...args: unknown[]): void;
  info(message: string, ...args: unknown[]): void;
  warn(message: string, ...args: unknown[]): void;
  error(message: string | Error, ...args: unknown[]): void;
}
export type LogLevel = keyof Log;

/** A log whose every line goes to one function. */
export function logTo(write: (level: LogLevel, message: string) => void): Log {
  const at =
    (level: LogLevel) =>
    (message: string | Error, ...args: unknown[]) => {
      const head = message instanceof Error ? (message.stack ?? message.message) : message;
      write(level, [head, ...args.map((a) => (typeof a === 'string' ? a : JSON.stringify(a)))].join(' '));
    };
  return { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export const silentLog: Log = logTo(() => undefined);
