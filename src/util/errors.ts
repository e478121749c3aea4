/** An error that the user can do something about: the message says what happened, and what to do. Shown as it is; everything else is a bug. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The message of anything thrown. Never put it in a log where it may hold captured text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's error code ('ENOENT', 'EEXIST', …), if it has one. */
export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** Kind, code and place of anything thrown, without its message, which may quote captured text (`JSON.parse` does): fit for the log. */
export function traceOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [[thrown.name, codeOf(thrown)].filter(Boolean).join(' '), ...frames].join('\n');
}
