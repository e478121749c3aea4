// What a bench takes on its command line, and how it ends when that is wrong.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { UserError, messageOf } from '../src/util/errors.ts';

/** Options that every bench has. */
export interface CommonOptions {
  /** Also write the last line into this file. */
  readonly json: string | undefined;
  /** Do only so many of whatever the bench counts. */
  readonly limit: number | undefined;
  readonly seed: number;
}

/** Option name → what is shown for its value; an empty string makes it a switch, one that ends in "…" may be given several times. */
export type OptionNames = Readonly<Record<string, string>>;

export interface Options<Names extends OptionNames> extends CommonOptions {
  text(name: keyof Names & string): string | undefined;
  /** Throws a `UserError` when it was not given. */
  needed(name: keyof Names & string): string;
  isOn(name: keyof Names & string): boolean;
  /** All values of an option that may be given several times, in order. */
  all(name: keyof Names & string): readonly string[];
  /** Throws a `UserError` when it is no whole number of at least 1. */
  count(name: keyof Names & string): number | undefined;
  numbers(name: keyof Names & string, otherwise: readonly number[]): readonly number[];
}

const COMMON: OptionNames = { json: 'FILE', limit: 'N', seed: 'N' };

export function readOptions<const Names extends OptionNames>(argv: readonly string[], names: Names): Options<Names> {
  const all: OptionNames = { ...names, ...COMMON };
  const usage = Object.entries(all)
    .map(([name, value]) => (value === '' ? `[--${name}]` : `[--${name} ${value}]`))
    .join(' ');
  let values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  try {
    const options = Object.fromEntries(
      Object.entries(all).map(([name, value]) => [
        name,
        { type: value === '' ? ('boolean' as const) : ('string' as const), multiple: value.endsWith('…') },
      ]),
    );
    ({ values } = parseArgs({ args: [...argv], options, strict: true }));
  } catch (thrown) {
    throw new UserError(`${messageOf(thrown)} It takes: ${usage}`, { cause: thrown });
  }
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const count = (name: string, least: number): number | undefined => {
    const said = text(name);
    if (said === undefined) return undefined;
    const value = Number(said);
    if (!Number.isInteger(value) || value < least) throw new UserError(`--${name} is ${said}. Give a whole number of at least ${least}.`);
    return value;
  };
  return {
    json: text('json'),
    limit: count('limit', 1),
    seed: count('seed', 0) ?? 1,
    text,
    needed(name) {
      const value = text(name);
      if (value === undefined) throw new UserError(`--${name} is missing. It takes: ${usage}`);
      return value;
    },
    isOn: (name) => values[name] === true,
    all: (name) => [values[name] ?? []].flat().filter((value) => typeof value === 'string'),
    count: (name) => count(name, 1),
    numbers(name, otherwise) {
      const said = text(name);
      if (said === undefined) return otherwise;
      const found = said.split(',').map(Number);
      if (!found.every((value) => Number.isInteger(value) && value > 0))
        throw new UserError(`--${name} is ${said}. Give whole numbers with commas between them.`);
      return [...new Set(found)].sort((a, b) => a - b);
    },
  };
}

/** The model that the product ships. */
export const SHIPPED_MODEL = path.resolve(import.meta.dirname, '../models');

/** Runs a bench from its command line: what a person can put right is said in one line, anything else with its stack. Exit code 1 either way. */
export function runBench(bench: (argv: readonly string[]) => Promise<void>): void {
  bench(process.argv.slice(2)).catch((thrown: unknown) => {
    console.error(thrown instanceof UserError ? thrown.message : thrown);
    process.exitCode = 1;
  });
}
