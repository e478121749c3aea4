// "Next": the block that a session gets, taken apart: each memory with what it costs and why it is there, and what is held back.
import { useEffect } from 'preact/hooks';
import { useActs } from '../acts.ts';
import { useAnswer, useRested } from '../asking.ts';
import { Select, TextField } from '../controls.tsx';
import { Icon } from '../icon.tsx';
import { Empty, NoAnswer } from '../notes.tsx';
import { type Panel, usePanel } from '../panel.ts';
import type { GivenSlice, Preview, SessionId } from '../protocol.ts';
import { useKept } from '../state.ts';
import { age, count, number, sourceWords } from '../words.ts';
import { Budget } from './budget.tsx';
import { HeldBack, NextLines } from './lines.tsx';

/** After the last keystroke: a prompt is embedded, which is more than a look into a list. */
const REST_MS = 250;
/** Givings looked through for sessions that one may ask about. */
const LATEST = 60;

export function NextTab() {
  const panel = usePanel();
  const { host, keeper, tried, openFile } = panel;
  const [kept, change] = useKept(keeper, 'next');
  const [prompt, askNow] = useRested(kept.prompt, REST_MS);
  const acts = useActs();
  useEffect(() => {
    if (!tried) return;
    change({ prompt: tried.prompt });
    askNow(tried.prompt);
  }, [tried]);

  const { session } = kept;
  const preview = useAnswer(
    () =>
      host.ask('preview', {
        occasion: prompt.trim() === '' ? { kind: 'session_start' } : { kind: 'prompt', prompt },
        ...(session !== null && { session }),
      }),
    [prompt, session],
  );
  const ledger = useAnswer(() => host.ask('given', undefined, LATEST), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') askNow(kept.prompt);
    else if (event.key === 'Escape' && kept.prompt !== '') {
      change({ prompt: '' });
      askNow('');
    } else return;
    event.preventDefault();
  };

  return (
    <div class="next scrolls">
      <div class="asking">
        <TextField
          label="Try a prompt: what would it be given?"
          placeholder="Try a prompt (empty: the start of a session)"
          icon="search"
          class="wide"
          value={kept.prompt}
          onInput={(text) => change({ prompt: text })}
          onKeyDown={onKeyDown}
        />
        <Select
          label="Session"
          value={session ?? ''}
          options={sessionsOf(ledger.value, session)}
          onChange={(value) => change({ session: value === '' ? null : (value as SessionId) })}
        />
      </div>
      {preview.value ? (
        <>
          <p class="note about">
            {prompt.trim() === '' ? 'What an assistant is told when a session starts' : 'What an assistant is told with this prompt'}
            {openFile !== undefined && (
              <>
                {', with '}
                <bdi class="file">{openFile}</bdi> open
              </>
            )}
            .
          </p>
          <Block preview={preview.value} panel={panel} isPrompt={prompt.trim() !== ''} />
          {preview.trouble !== undefined && <p class="note">{preview.trouble}</p>}
          <HeldBack rows={preview.value.heldBack} onLetIn={(id) => void acts.holdBack(id, session, false)} />
          {preview.value.text !== '' && (
            <AsText text={preview.value.text} isShown={kept.isTextShown} onToggle={(isTextShown) => change({ isTextShown })} />
          )}
        </>
      ) : (
        preview.trouble !== undefined && <NoAnswer trouble={preview.trouble} />
      )}
    </div>
  );
}

function Block({ preview, panel, isPrompt }: { readonly preview: Preview; readonly panel: Panel; readonly isPrompt: boolean }) {
  const [kept] = useKept(panel.keeper, 'next');
  if (preview.lines.length === 0) return <NothingToSay preview={preview} panel={panel} isPrompt={isPrompt} />;
  return (
    <>
      <Budget preview={preview} />
      <NextLines preview={preview} session={kept.session} />
      {preview.leftOut > 0 && (
        <p class="note about">
          {count(preview.leftOut, 'memory', 'memories')} also matched and did not fit the budget. Hold one back, and the next best takes its
          place.
        </p>
      )}
    </>
  );
}

function NothingToSay({ preview, panel, isPrompt }: { readonly preview: Preview; readonly panel: Panel; readonly isPrompt: boolean }) {
  if (preview.budgetTokens === 0) {
    return (
      <Empty icon="circleSlash" title="Nothing is given: the budget is 0">
        <p>Raise it in the settings, under “Cairn › Budget”.</p>
      </Empty>
    );
  }
  if (isPrompt) {
    return (
      <Empty icon="search" title="Nothing is told with this prompt">
        <p>
          Cairn stays silent where nothing it remembers is likely to help. Name a file, a symbol or a command to see what belongs to it.
        </p>
      </Empty>
    );
  }
  const connected = panel.hello?.connected ?? [];
  return (
    <Empty icon="info" title="A session that starts now is told nothing">
      <p>Work as you always do: a minute after an assistant has answered, what is worth keeping appears here.</p>
      {panel.hello && connected.length === 0 && (
        <p>No assistant is connected yet. Run “Cairn: Connect Claude Code” to have it told by itself.</p>
      )}
    </Empty>
  );
}

/** The exact text, byte for byte as the assistant gets it: its own signs stay as they are, since nothing here runs it. */
function AsText({
  text,
  isShown,
  onToggle,
}: {
  readonly text: string;
  readonly isShown: boolean;
  readonly onToggle: (isShown: boolean) => void;
}) {
  return (
    <details class="as-text" open={isShown} onToggle={(event) => onToggle((event.currentTarget as HTMLDetailsElement).open)}>
      <summary>
        <Icon name="chevronRight" class="turns" />
        Show as text
      </summary>
      <pre tabIndex={0} role="region" aria-label="The exact text">
        <bdi>{text}</bdi>
      </pre>
    </details>
  );
}

/** The one that starts next, then those of the ledger, the latest first. */
function sessionsOf(ledger: GivenSlice | undefined, chosen: SessionId | null): { value: string; label: string }[] {
  const seen = new Map<string, { label: string; givings: number }>();
  for (const { session, assistant, atMs } of ledger?.givings ?? []) {
    const before = seen.get(session);
    if (before) before.givings++;
    else seen.set(session, { label: `${sourceWords(assistant)}, ${age(atMs)}`, givings: 1 });
  }
  if (chosen !== null && !seen.has(chosen)) seen.set(chosen, { label: 'An earlier session', givings: 0 });
  return [
    { value: '', label: 'The session that starts next' },
    ...[...seen].map(([value, { label, givings }]) => ({
      value,
      label: givings > 1 ? `${label} (given ${number(givings)} times)` : label,
    })),
  ];
}
