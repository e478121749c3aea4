// Which model may judge which session: the one that was not trained on sessions of the same owner.
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../src/util/errors.ts';
import { ownerOf } from './labels.ts';

/** The folder of the model that has not seen a session's owner: `folds.json` says which fold an owner is in, `fold<n>` is that fold's model. */
export function readFolds(folder: string): (file: string) => string {
  const table = path.join(folder, 'folds.json');
  if (!fs.existsSync(table)) throw new UserError(`There is no ${table}. Make it with training/make_encoder.py --folds.`);
  const foldOf = JSON.parse(fs.readFileSync(table, 'utf8')) as Readonly<Record<string, number>>;
  return (file) => {
    const fold = foldOf[ownerOf(file)];
    if (fold === undefined) throw new UserError(`${table} says nothing of ${ownerOf(file)}. Make the folds with all owners.`);
    return path.join(folder, `fold${fold}`);
  };
}
