// What a hover on a memory tells: all there is to know, in a few lines.
import path from 'node:path';
import * as vscode from 'vscode';
import type { Uses } from '../../browsing.ts';
import type { Memory } from '../../memory.ts';
import { withoutInvisible } from '../../util/invisible.ts';
import { KIND_LABELS, age, sourceLabel, usesInWords } from '../words.ts';

const MOST_QUOTES = 4;
const MOST_FILES = 5;

/** Captured text goes in as text only: no link, no command and no picture in it comes alive. */
export function hoverOf(memory: Memory, uses: Uses, nowMs: number): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const paragraph = (words: string) => text.appendMarkdown('\n\n').appendMarkdown(plain(words));
  const marks = [
    memory.outcome,
    memory.scope === 'global' && 'in all projects',
    memory.pinned && 'pinned',
    memory.status === 'superseded' && memory.status,
  ];
  text.appendMarkdown([`**${KIND_LABELS[memory.kind].one}**`, ...marks.filter(Boolean)].join(' · '));
  paragraph(memory.text);
  text.appendMarkdown('\n\n---');
  for (const { quote } of memory.evidence.slice(0, MOST_QUOTES)) text.appendMarkdown('\n\n> ').appendMarkdown(plain(quote));
  if (memory.distilled) paragraph(`Rewritten by this editor's language model. In our own words: ${memory.distilled}`);
  paragraph([sourceLabel(memory.source), age(memory.atMs, nowMs), placeOf(memory)].filter(Boolean).join(', '));
  paragraph(usesInWords(uses));
  if (memory.entities.files.length > 0) paragraph(`Files: ${memory.entities.files.slice(0, MOST_FILES).join(', ')}`);
  return text;
}

function placeOf({ evidence: [first] }: Memory): string {
  if (!first?.place.path) return '';
  return `${path.basename(first.place.path)}${first.lines ? `:${first.lines[0]}` : ''}`;
}

/** Text that Markdown makes nothing of: every character that could begin something is escaped. (`appendText` would make all spaces unbreakable.) */
const plain = (text: string): string =>
  withoutInvisible(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');
