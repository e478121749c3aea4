// Segments → one telegraphic sentence. Words are dropped, never made up or put in another order; a negation, a failure, a reason, a value or an
// identifier is never among the dropped ones (`loses` holds every step to that).
import { withoutLesserClauses } from './clauses.ts';
import { type Segment, isProse } from './segment.ts';
import { ATTEMPT_FAILED, FAILURE, FILLER, NEGATION, OPENER, REASON } from './words.ts';

const MARKS = /[✅☑✔✓❌✗✘🔧🎉🚀📝📁📄⚠️🎯💡🔍✨👍🐛🔒📊📋🧪🛠️📦🏗️🔄]+\s*/gu;
const TAGS =
  /<\/?(?:br|b|i|em|strong|summary|details|code|p|div|span|kbd|u|sub|sup|ul|li|a|think|command-\w+|user_query)(?:\s[^>]*)?\/?>/gi;
/** First person and politeness in front of the verb that matters. */
const SUBJECT =
  /^(?:(?:and |but |so |then |now )?(?:i['’]ll|i will|i['’]ve|i have|i['’]m going to|i am going to|let me|let['’]s|we['’]ve|we have|i(?=\s+(?:deliberately|intentionally|\w+ed\b|made|chose|kept|put|ran|found))|i (?:need|want|had|have) to|we (?:need|want) to(?! know)|i['’]d like (?:to|you to)|i would like (?:to|you to)|i want you to|can (?:you|we)|could (?:you|we)|would you|go ahead and|make sure (?:that )?(?:you|to)|you can|you['’]ll need to|you need to))(?:\s+(?:now|also|please|first|then))*\s+/iu;
const PIPED_AWAY = /\s*(?:2>&1)?\s*\|\s*(?:head|tail|less|more|cat)\b[^|&;"`]*$/;
const CALL_COMMAND = /"(?:command|cmd|script|commandLine)"\s*:\s*"((?:\\.|[^"\\])*)/;
/** The tool's name in front of what it ran. */
const SHELL_TOOL = /^(?:Bash|Shell|PowerShell|run_in_terminal|exec_command|shell|bash): (?=\S)/;
const ARTICLE = /(?<![\w-])(?:the|a(?! (?:is|was|and|or|of|to)\b)|an)\s+(?=[\w`"*])|^(?:The|An?)\s+(?=[\w`"*])/gu;
const VALUES = /\d+(?:\.\d+)*|`[^`]+`|--?[a-z][\w-]*|[\w@.-]*[/\\][\w@./\\-]+|\b(?:[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*|\w+_\w+)\b/gu;

/** One segment, shortened; by what the model says of its words where there is one (`SegmentReading.keep`). Empty when nothing worth saying is left. */
export function shorten(segment: Pick<Segment, 'text' | 'shape'>, keep?: ArrayLike<number>): string {
  if (segment.shape === 'command') return shortenCommand(segment.text);
  const whole = keep && isProse(segment) ? withoutLesserClauses(segment.text, keep, loses) : segment.text;
  let text = whole.replace(MARKS, '').replace(TAGS, '');
  if (segment.shape === 'row') text = text.replace(/\s*\|\s*/g, ' | ');
  if (segment.shape !== 'code' && segment.shape !== 'added' && segment.shape !== 'removed' && segment.shape !== 'output')
    text = plainProse(text);
  else
    text = text
      .replace(/^\|\s*|\s*\|$/g, '')
      .replace(/^(?:\/\/+|\/\*+|\*+(?=\s)|<!--|"""|#\s)\s*/, '')
      .replace(/\s*(?:\*\/|-->)$/, '');
  return tidy(text);
}

function plainProse(text: string): string {
  let short = text
    .replace(/^\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?/, '')
    .replace(/\[([^\]]+)\]\((?:[^()\s]|\([^)]*\))*\)/g, '$1')
    .replace(/(\*\*|__)(?=\S)([^*]*?\S)\1/g, '$2')
    .replace(/(?<![\w*])\*(?=[^\s*])([^*]*?[^\s*])\*(?![\w*])/g, '$1');
  for (let step = 0; step < 4; step += 1) {
    const next = short.replace(OPENER, '').replace(SUBJECT, '');
    if (next === short || loses(short, next) || next.trim().length < 8) break;
    short = next;
  }
  const without = withoutArticles(short.replace(FILLER, ''));
  return loses(short, without) ? short : without;
}

/** As in a telegram. What stands in code and quotes stays. */
function withoutArticles(text: string): string {
  return text
    .split(/(`[^`]*`|"[^"]*")/)
    .map((part, i) => (i % 2 === 1 ? part : part.replace(ARTICLE, '')))
    .join('');
}

/** The command itself: without the call's JSON, a leading change of folder, or the paging of its output. */
function shortenCommand(text: string): string {
  const command = (CALL_COMMAND.exec(text)?.[1] ?? text).replace(SHELL_TOOL, '').replace(/\\"/g, '"').replace(/\\\\/g, '\\');
  const here = command.replace(/^\s*(?:cd|Set-Location)\s+(?:"[^"]*"|'[^']*'|[^\s&;]+)\s*(?:&&|;)\s*/, '').replace(PIPED_AWAY, '');
  return tidy(here.length >= 4 ? here : command);
}

function tidy(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/^[\s,;:–—-]+(?=\w)(?<!-)/, '')
    .replace(/[\s,;:.。–—]+$/u, '')
    .trim();
}

/** True when `after` misses a negation, a failure, a reason, a number, a path or a code span that `before` has. */
export function loses(before: string, after: string): boolean {
  for (const pattern of [NEGATION, FAILURE, REASON, ATTEMPT_FAILED]) if (pattern.test(before) && !pattern.test(after)) return true;
  const count = (text: string) => text.match(new RegExp(NEGATION.source, 'giu'))?.length ?? 0;
  if (count(after) < count(before)) return true;
  const kept = after.toLowerCase();
  return (before.match(VALUES) ?? []).some((value) => !kept.includes(value.toLowerCase()));
}

/** Pieces as one sentence; a piece that another one contains is left out. */
export function join(pieces: readonly string[]): string {
  const said: string[] = [];
  for (const piece of pieces) {
    const key = fold(piece);
    if (!key || said.some((other) => fold(other).includes(key))) continue;
    const covered = said.findIndex((other) => key.includes(fold(other)));
    if (covered >= 0) said[covered] = piece;
    else said.push(piece);
  }
  return said.join('; ');
}

const fold = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
