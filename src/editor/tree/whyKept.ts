// "Why Was This Kept?": what speaks for a memory, in plain words.
import type { Uses } from '../../browsing.ts';
import type { Memory } from '../../memory.ts';
import { KIND_LABELS, age, rendered, sourceLabel, usesInWords } from '../words.ts';

/** Plain text, to be shown as that: it quotes what was said. `overriding`: the memory that supersedes it. */
export function whyKept(memory: Memory, uses: Uses, overriding: Memory | undefined, nowMs: number): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Why was this kept?', [rendered(memory)]],
    ['What speaks for it', reasons(memory, nowMs)],
    [memory.evidence.length === 1 ? 'The line it was made from' : 'The lines it was made from', memory.evidence.map(quoted)],
    ['What became of it', fate(memory, uses, overriding)],
  ];
  return `${sections.map(([title, lines]) => [title, '-'.repeat(title.length), ...lines].join('\n')).join('\n\n')}\n`;
}

function reasons(memory: Memory, nowMs: number): string[] {
  const kind = KIND_LABELS[memory.kind].one.toLowerCase();
  const when = `${new Date(memory.atMs).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' })} (${age(memory.atMs, nowMs)})`;
  if (memory.source === 'user') return [`It was remembered by hand, as: ${kind}. ${when}.`];
  const lines = [
    `It reads like a lasting fact of this kind: ${kind}${memory.outcome ? `; what was tried ${OUTCOME_WORDS[memory.outcome]}` : ''}.`,
    `How likely it is to be worth keeping, judged by the model on this machine: ${Math.round(memory.weight * 100)} of 100.`,
    `It was said in: ${sourceLabel(memory.source)}, ${when}.`,
  ];
  if (memory.isOwn) lines.push('You have put it into your own words since; Cairn leaves those alone.');
  if (memory.distilled !== undefined)
    lines.push(`A language model of this editor worded it anew. Before that it read: ${memory.distilled}`);
  return lines;
}

const OUTCOME_WORDS = { worked: 'worked', failed: 'failed', abandoned: 'was given up' } as const;

function quoted({ quote, place, lines }: Memory['evidence'][number]): string {
  const where = place.path === undefined ? '' : `\n  ${place.path}${lines ? `, line ${lines[0]}` : ''}`;
  return `“${quote.replaceAll(/\s+/g, ' ').trim()}”${where}`;
}

function fate(memory: Memory, uses: Uses, overriding: Memory | undefined): string[] {
  const lines = [usesInWords(uses)];
  if (memory.pinned) lines.push('You have pinned it: it is given before others, and never removed to make room.');
  if (memory.status === 'superseded')
    lines.push(overriding ? `A later one overrides it: ${rendered(overriding)}` : 'What came later overrides it.');
  if (memory.status === 'superseded') lines.push('It is kept for you to read, and not given to assistants any more.');
  if (memory.scope === 'global') lines.push('It holds in all your projects.');
  return lines;
}
