// SQLite as Node has it built in, loaded without the warning that Node 22 prints for it: stderr is read by people and, in a hook, by assistants.
import type * as Sqlite from 'node:sqlite';
import { UserError } from '../util/errors.ts';

let loaded: typeof Sqlite | undefined;

/** The `node:sqlite` module. Throws a UserError where the runtime is too old to have it (Node before 22.13). */
export function sqlite(): typeof Sqlite {
  return (loaded ??= load());
}

function load(): typeof Sqlite {
  const warn = process.emitWarning;
  // Node warns while it loads the module, through this very function; a listener on 'warning' would come too late to stop the print.
  process.emitWarning = () => undefined;
  try {
    // Not an import: that would be resolved before we could keep the warning back, and fail where there is no such module.
    const found = process.getBuiltinModule?.('node:sqlite');
    if (found) return found;
  } finally {
    process.emitWarning = warn;
  }
  throw new UserError(`This Node.js (${process.version}) has no SQLite built in. Update the editor, or use Node.js 22.13 or newer.`);
}
