// How a bench says what it found: tables for people, and one JSON line for machines.
import fs from 'node:fs';

export type Cell = string | number | null | undefined;

/** A table in plain text, the first column to the left, the others to the right. Numbers below 10 get three digits, others one; absent is "–". */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [[...head], ...rows.map((row) => row.map(shown))];
  const widths = head.map((_, column) => Math.max(...texts.map((row) => (row[column] ?? '').length)));
  const lines = texts.map((row) =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  '),
  );
  return [lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].map((line) => line?.trimEnd()).join('\n');
}

function shown(cell: Cell): string {
  if (cell === null || cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell)) return String(cell);
  return Math.abs(cell) < 10 ? cell.toFixed(3) : cell.toFixed(1);
}

/** Says where a long run is, without getting between the tables and a pipe. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The last line: prints it, and writes it into `file` where one is asked for. Shares and times are cut to four digits after the point. */
export function lastLine(result: Readonly<Record<string, unknown>>, file: string | undefined): void {
  const line = JSON.stringify(result, (_, value: unknown) => (typeof value === 'number' ? rounded(value) : value));
  if (file !== undefined) fs.writeFileSync(file, `${line}\n`);
  console.log(line);
}

/** JSON has no NaN: what could not be measured is null. */
function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1e4) / 1e4 : null;
}
