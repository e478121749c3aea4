import fs from 'node:fs';
import { UserError } from '../src/util/errors.ts';

/** The rows of a JSON Lines file; blank lines do not count. What a row holds is the caller's to know. Throws a `UserError` naming the line that is not JSON. */
export function readJsonLines<Row>(file: string): Row[] {
  if (!fs.existsSync(file)) throw new UserError(`There is no file ${file}. Give the path of one.`);
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, i): Row[] => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as Row];
    } catch (cause) {
      throw new UserError(`${file}, line ${i + 1} is not JSON. Put the line right.`, { cause });
    }
  });
}
