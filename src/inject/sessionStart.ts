// What a new session should know before anybody has asked: what is pinned, was lately decided, is open, or failed.
import { isFailure, type Kind, type Memory, type Recollection } from '../memory.ts';
import { fileAffinity, recency } from '../retrieve/ranking.ts';
import { ageOf } from '../retrieve/why.ts';
import { distinctTermsOf } from '../search/terms.ts';

export interface SessionStart {
  readonly atMs: number;
  /** Open or lately edited files, the active one first. */
  readonly files?: readonly string[];
  readonly branch?: string;
}

/** More never fit a block. */
const MOST = 48;

/** What a kind is worth to somebody who begins: a dead end saves the most, a command is found when it is needed. */
const KIND_VALUE: Readonly<Record<Kind, number>> = {
  failed_attempt: 1,
  decision: 1,
  preference: 0.95,
  todo: 0.9,
  architecture: 0.8,
  pattern: 0.7,
  bug_fix: 0.65,
  command: 0.55,
};
/** Each further memory of a kind counts so much less: ten decisions and no to-do would be half of the picture. */
const AGAIN = 0.85;
/** Nothing else comes before what is pinned. */
const UNPINNED = 0.98;
/** What does not age away: an old decision still holds. */
const TIMELESS = 0.35;
/** A preference holds until it is changed. */
const LASTING: ReadonlySet<Kind> = new Set<Kind>(['preference', 'architecture']);

/** Best first, at most 48; scores 0 to 1, pinned ones 1. Superseded ones are left out. */
export function sessionStartMemories(memories: readonly Memory[], start: SessionStart): Recollection[] {
  const branch = new Set(distinctTermsOf(start.branch ?? '').filter((term) => !COMMON_BRANCHES.has(term)));
  const valued = memories
    .filter((memory) => memory.status === 'active')
    .map((memory) => ({ memory, value: valueOf(memory, start, branch) }))
    .sort((a, b) => b.value - a.value || (a.memory.id < b.memory.id ? -1 : 1));
  const seen = new Map<Kind, number>();
  return valued
    .map(({ memory, value }) => {
      const before = seen.get(memory.kind) ?? 0;
      seen.set(memory.kind, before + 1);
      return { memory, score: memory.pinned ? 1 : UNPINNED * value * AGAIN ** before, why: whyGiven(memory, start) };
    })
    .sort((a, b) => b.score - a.score || (a.memory.id < b.memory.id ? -1 : 1))
    .slice(0, MOST);
}

const COMMON_BRANCHES = new Set(['main', 'master', 'dev', 'develop', 'feature', 'featur', 'fix', 'trunk', 'release', 'releas']);

/** kind × weight × age, lifted toward 1 by the open files and the branch's words; 0 to 1. */
function valueOf(memory: Memory, start: SessionStart, branch: ReadonlySet<string>): number {
  const kind = isFailure(memory.outcome) ? Math.max(KIND_VALUE[memory.kind], KIND_VALUE.failed_attempt) : KIND_VALUE[memory.kind];
  const age = LASTING.has(memory.kind) ? 0.5 + 0.5 * recency(memory, start.atMs) : TIMELESS + (1 - TIMELESS) * recency(memory, start.atMs);
  const value = kind * (0.4 + 0.6 * memory.weight) * age;
  const nearness = Math.max(fileAffinity(memory, start.files ?? []), isOfBranch(memory, branch) ? 0.6 : 0);
  return value + (1 - value) * 0.5 * nearness;
}

function isOfBranch(memory: Memory, branch: ReadonlySet<string>): boolean {
  const said = [memory.text, ...memory.entities.files].join('\n');
  return branch.size > 0 && distinctTermsOf(said).some((term) => branch.has(term));
}

function whyGiven(memory: Memory, start: SessionStart): string {
  const parts = [memory.pinned ? 'pinned' : memory.kind.replace('_', ' ')];
  if (fileAffinity(memory, start.files ?? []) >= 0.6) parts.push('of an open file');
  parts.push(ageOf(start.atMs - memory.atMs));
  return parts.join('; ');
}
