// Puts the rows of a list into groups: by kind, file, session or age. Pure.
import { AGES, type Age, type Group, type Grouping, type MemoryRow } from '../browsing.ts';
import { KINDS, type Kind } from '../memory.ts';

const DAY_MS = 86_400_000;
const AGE_DAYS: readonly (readonly [Age, number])[] = [
  ['day', 1],
  ['week', 7],
  ['month', 30],
  ['year', 365],
];

export function ageOf(atMs: number, nowMs: number): Age {
  return AGE_DAYS.find(([, days]) => nowMs - atMs <= days * DAY_MS)?.[0] ?? 'older';
}

/** `folders`: the window's, absolute; a file in one of them is called by its relative path. */
export function groupRows(rows: readonly MemoryRow[], by: Grouping, nowMs: number, folders: readonly string[] = []): Group[] {
  const groups = new Map<string, { rows: MemoryRow[]; spellings: Set<string> }>();
  for (const row of rows) {
    for (const [value, spelling] of valuesOf(row, by, nowMs, folders)) {
      const group = groups.get(value) ?? { rows: [], spellings: new Set() };
      groups.set(value, group);
      // Two spellings of one file in the same memory count once.
      if (group.rows.at(-1) !== row) group.rows.push(row);
      group.spellings.add(spelling);
    }
  }
  return [...groups].map(([value, { rows: members, spellings }]) => groupOf(value, by, members, [...spellings])).sort(ORDER[by]);
}

function groupOf(value: string, by: Grouping, members: readonly MemoryRow[], spellings: readonly string[]): Group {
  const newest = members.reduce((best, row) => (row.atMs > best.atMs ? row : best));
  return { value, facets: { [by]: spellings }, count: members.length, source: newest.source, atMs: newest.atMs };
}

/** The groups of a row, each with what the row itself says. */
function valuesOf(row: MemoryRow, by: Grouping, nowMs: number, folders: readonly string[]): readonly (readonly [string, string])[] {
  switch (by) {
    case 'kind':
      return [[row.kind, row.kind]];
    case 'session':
      return [[row.session, row.session]];
    case 'age': {
      const age = ageOf(row.atMs, nowMs);
      return [[age, age]];
    }
    case 'file':
      return row.files.length === 0 ? [['', '']] : row.files.map((file) => [relativeTo(folders, file), file]);
  }
}

function relativeTo(folders: readonly string[], file: string): string {
  const path = file.replace(/\\/g, '/').replace(/^\.\//, '');
  for (const folder of folders) {
    const base = `${folder.replace(/\\/g, '/').replace(/\/$/, '')}/`;
    if (path.startsWith(base)) return path.slice(base.length);
  }
  return path;
}

const ORDER: Readonly<Record<Grouping, (a: Group, b: Group) => number>> = {
  kind: (a, b) => KINDS.indexOf(a.value as Kind) - KINDS.indexOf(b.value as Kind),
  age: (a, b) => AGES.indexOf(a.value as Age) - AGES.indexOf(b.value as Age),
  session: (a, b) => b.atMs - a.atMs || compare(a.value, b.value),
  // What names no file stands last, however much of it there is.
  file: (a, b) => Number(a.value === '') - Number(b.value === '') || b.count - a.count || compare(a.value, b.value),
};
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
