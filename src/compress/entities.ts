// The files, symbols and commands that a memory speaks of, as its source spells them.
import type { Entities } from '../memory.ts';

const FILE =
  /(?:[\w@.~-]+[/\\])+[\w@.-]*[\w@-]|\b[\w-]+(?:\.[\w-]+)*\.(?:tsx?|jsx?|mjs|cjs|py|go|rs|cs|csproj|sln|java|kt|rb|php|json|jsonl|ya?ml|toml|mdc?|sh|ps1|sql|css|scss|html|vue|svelte|lock|xml|props|env|ini|cfg|txt|proto|swift|c|h|cpp|hpp)\b/g;
const SYMBOL = /\b(?:[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*|[a-z][a-z0-9]*_\w+|[A-Z]{2,}_[A-Z_0-9]+|[A-Za-z_][\w.]*(?=\(\)))/g;
const CODE = /`([^`\n]{2,120})`/g;
const PROGRAM =
  /^(?:npm|npx|pnpm|yarn|bun|bunx|node|deno|go|cargo|dotnet|python3?|pip|uv|uvx|pytest|poetry|make|mise|task|docker|docker-compose|kubectl|helm|git|gh|curl|brew|mvn|gradle|terraform|ruff|black|eslint|tsc|vitest|jest|playwright|golangci-lint|rtk|hatch|pwsh|sed|awk|grep|rg|code|psql|sqlite3|aws|gcloud|az|rustup|sudo|apt|apt-get)\s+\S/;

const MOST = 12;

/** `commands` are whole command segments of the evidence; they and the code spans that begin with a known program are commands. */
export function entitiesOf(texts: readonly string[], commands: readonly string[], files: readonly string[]): Entities {
  const all = texts.join('\n');
  const spans = [...all.matchAll(CODE)].map(([, code]) => code ?? '');
  const run = [...commands, ...spans].map((text) => text.trim()).filter((text) => PROGRAM.test(text));
  const named = (all.match(FILE) ?? []).filter((name) => !/^https?:|^\/\/|^[\d./\\-]+$|^(?:and|or)\//i.test(name) && /[a-z]/i.test(name));
  // A file that the record touched counts when the memory names it, whatever the spelling of its folder.
  const touched = files.filter((file) => all.includes(file.split(/[/\\]/).at(-1) ?? file));
  const symbols = (all.match(SYMBOL) ?? []).filter((name) => !named.some((file) => file.includes(name)));
  return { files: some([...named, ...touched]), symbols: some(symbols), commands: some(run) };
}

const some = (names: readonly string[]): string[] => [...new Set(names)].slice(0, MOST);
