// What can be seen of a segment without a model: its shape, its place, and the words that commonly mark a fact of some kind or mere talk.
// Each cue is a yes or no; `plainWeights.ts` says what each is worth.
import type { Segment } from './segment.ts';
import {
  ABANDONED,
  APPROVAL,
  ATTEMPT_FAILED,
  CHATTER,
  CLAIM,
  FAILURE,
  NEGATION,
  PLAN,
  REASON,
  REFUTATION,
  RUN_FAILED,
  RUN_PASSED,
  contentWords,
} from './words.ts';

const PATTERNS = {
  negation: NEGATION,
  failure: FAILURE,
  attemptFailed: ATTEMPT_FAILED,
  abandoned: ABANDONED,
  reason: REASON,
  rootCause:
    /\b(?:root cause|culprit|the (?:issue|problem|bug|cause|error) (?:is|was|here|with|occurs?|comes)|happens? (?:because|when)|caused by|turns? out)\b/i,
  claim: CLAIM,
  plan: PLAN,
  chatter: CHATTER,
  fix: /\b(?:fix(?:es|ed|ing)?|resolv\w+|repair\w*|patch(?:ed)?|solution|work-?around|correct(?:ed|ly)?)\b/i,
  decide:
    /\b(?:decid\w+|decision|chose[n]?|choose|prefer\w*|opt(?:ed)? for|go(?:ing)? with|instead of|rather than|settled on|trade-?off|approach|deliberately|intentional\w*|by design|recommend\w*|option [a-d1-4]|keep(?:ing|s)? (?:the|it|both|a)|default(?:s)?(?: to)?)\b/i,
  change:
    /\b(?:renam\w+|mov(?:e|ed|ing)|replac\w+|switch\w*|migrat\w+|convert\w*|refactor\w*|extract\w*|remov\w+|delet\w+|add(?:s|ed|ing)?|updat\w+|introduc\w+|creat\w+|implement\w*)\b/i,
  must: /\b(?:must|always|never|should(?: not|n['’]t)?|need(?:s)? to|has to|have to|required?|mandatory|do not|don['’]t|only|ensure|make sure|avoid|convention|rule)\b/i,
  want: /\b(?:i (?:want|need|prefer|like|don['’]t (?:want|like|need)|would like|hate)|we (?:want|need|should|don['’]t)|can (?:you|we)|could you|please|let['’]s|i['’]d (?:like|rather)|stop|make (?:it|sure|this)|use the|use a)\b/i,
  todo: /\b(?:todo|to-do|remaining|next steps?|not yet|later|follow-?up|pending|future|still (?:need|to)|left|open (?:issue|question)|future work|out of scope|deferred|missing|lacks?|known (?:issue|gap|limitation)s?|fixme|needs? to be|task #?\d+)\b|待办/i,
  system:
    /\b(?:uses?|stor(?:es?|ed|ing)|calls?|returns?|reads?|writes?|loads?|located|lives?|handles?|defined|contains?|consists?|inherits?|implements?|supports?|depends?|requires?|runs?|triggers?|expects?|based on|wraps?|exposes?|maps? to|stands for|means)\b/i,
  runs: /(?:^|[\s`"'(])(?:npm|npx|pnpm|yarn|bun|node|deno|go (?:test|build|run|vet|mod)|cargo|dotnet|python3?|pip|uv|pytest|poetry|make|mise|task|docker|kubectl|git|gh|curl|brew|mvn|gradle|terraform|ruff|black|eslint|tsc|vitest|jest|playwright|golangci-lint|rtk|hatch)\s+[-\w./]+/,
  buildTool:
    /(?:^|[\s`"'(])(?:npm (?:run|test|i|ci|install)|pnpm|yarn|bun (?:run|test)|go (?:test|build|vet|run)|cargo (?:test|build|run)|dotnet (?:test|build|run|format)|pytest|uv run|mise run|make \w+|docker compose|docker-compose|hatch run|golangci-lint)\b/,
  reading:
    /"?(?:command|cmd)"?\s*:\s*"(?:cd [^"&;]+(?:&&|;)\s*)?(?:ls|cat|head|tail|grep|rg|find|sed -n|wc|pwd|git (?:status|diff|log|show|branch|fetch))\b|"(?:pattern|file_path|path|query|glob|old_string|todos|offset)"\s*:/,
  runFailed: RUN_FAILED,
  runPassed: RUN_PASSED,
  refutes: REFUTATION,
  approves: APPROVAL,
  asks: /\?\s*["'”)*]*$/,
  guess:
    /\b(?:maybe|might|perhaps|possibly|probably|seems?|appears?|could be|may be|not sure|i think|presumably|let me (?:check|see|look))\b/i,
  summary:
    /\b(?:summary|overview|here['’]s (?:what|a)|what (?:was|i|we) (?:did|done|changed|fixed)|changes made|key (?:features|changes|improvements|points)|benefits?|the following|as follows|improvements?|enhanced?|comprehensive|robust|seamless\w*|production[- ]ready)\b/i,
  boldLabel: /^\*\*[^*]{2,60}\*\*\s*[:–—-]|^\*\*[^*]{2,60}:\*\*/,
  emphasis: /\*\*[^*]+\*\*/,
  code: /`[^`]+`/,
  file: /(?:[\w@.-]+[/\\])+[\w@.-]+|\b[\w-]+\.(?:tsx?|jsx?|mjs|cjs|py|go|rs|cs|csproj|java|kt|rb|php|json|ya?ml|toml|md|mdc|sh|ps1|sql|css|html|vue|svelte|lock|xml|props|env)\b/,
  identifier: /\b(?:[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[a-z]+_[a-z_]+|[A-Z]+_[A-Z_]+)\b/,
  flag: /(?:^|[\s`"'(])--?[a-zA-Z][\w-]+/,
  number:
    /\b\d+(?:\.\d+)*\s?(?:ms|s|sec|seconds?|minutes?|hours?|days?|kb|mb|gb|px|%|x|tokens?|chars?|characters?|lines?|times|tests?)\b|\b\d{2,}\b|\bv?\d+\.\d+/i,
  when: /\b(?:when(?:ever)?|if|unless|until|before|after|while|once)\b/i,
  arrow: /→|->|=>/,
  comment: /^\s*(?:\/\/|#(?!\w)|\*|\/\*|<!--|--\s|""")/,
  user: /\b(?:user(?:'s)?|you)\b/i,
  firstPerson: /\b(?:i|i['’]m|i['’]ve|my|me)\b/i,
  we: /\b(?:we|our|us)\b/i,
  checkbox: /\[[ xX]\]|✅|☑|✔/,
} satisfies Record<string, RegExp>;

const HEADINGS = {
  cause: /\b(?:cause|problem|issue|bug|why|diagnos|error)/i,
  remedy: /\b(?:fix|solution|resolution|change|what (?:i|we|was))/i,
  choice: /\b(?:decision|design|approach|rationale|option|trade|recommend|answer)/i,
  later: /\b(?:todo|next|remaining|future|open|limitation|follow|risk|gap|missing|pending)/i,
  rules: /\b(?:rule|convention|guideline|principle|requirement|standard|constraint|note|important|must|never|always)/i,
  inner: /\b(?:architecture|how|flow|structure|overview|component|key|detail|behaviou?r)/i,
  summing: /\b(?:summary|benefit|feature|improvement|result|verification|status|complete)/i,
  test: /\b(?:test|verif|valid|usage|command|run|build|example)/i,
} satisfies Record<string, RegExp>;

/** Where a segment stands. Absent neighbours are those of the episode's ends. */
export interface Surroundings {
  readonly isFailure: boolean;
  /** In the last reply before the next request: what things came to. */
  readonly isLastReply: boolean;
  readonly isFirstOfObservation: boolean;
  readonly isFirstEpisode: boolean;
  /** Share of its content words that the request has, 0 to 1. */
  readonly ofRequest: number;
  /** Number of other observations of the session that name one of its rarer identifiers. */
  readonly echoes: number;
}

/** The names of the cues that hold for the segment on its own. */
export function cuesOf(segment: Segment, where: Surroundings): string[] {
  const { text, heading, shape, observation } = segment;
  const found = [`shape:${shape}`, `role:${observation.role}`, `${observation.role}:${shape}`];
  for (const [name, pattern] of Object.entries(PATTERNS)) if (pattern.test(text)) found.push(name);
  if (heading) {
    found.push('underHeading');
    for (const [name, pattern] of Object.entries(HEADINGS)) if (pattern.test(heading)) found.push(`under:${name}`);
  }
  const size = contentWords(text).size;
  found.push(size < 4 ? 'size:tiny' : size < 8 ? 'size:short' : size < 14 ? 'size:middle' : size < 24 ? 'size:long' : 'size:huge');
  if (where.isFailure) found.push('isFailure');
  if (where.isLastReply) found.push('lastReply');
  if (where.isFirstOfObservation) found.push('first');
  if (where.isFirstEpisode) found.push('firstEpisode');
  if (observation.role !== 'request' && where.ofRequest > 0.5) found.push('restates');
  if (where.echoes > 0) found.push(where.echoes > 5 ? 'echoes:many' : where.echoes > 1 ? 'echoes:some' : 'echoes:one');
  if (/:$/.test(text)) found.push('endsInColon');
  return found;
}
