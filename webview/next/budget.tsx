// What the block costs of what it may cost.
import type { Preview } from '../protocol.ts';
import { number } from '../words.ts';

export function Budget({ preview }: { readonly preview: Preview }) {
  const { tokens, budgetTokens, frameTokens, lines } = preview;
  const width = (part: number) => ({ width: `${Math.min(100, (100 * part) / Math.max(1, budgetTokens))}%` });
  return (
    <div class="budget">
      <div class="bar" aria-hidden="true">
        <span class="frame" style={width(frameTokens)} />
        <span class="filled" style={width(tokens - frameTokens)} />
      </div>
      <p>
        <strong>
          {number(tokens)} of {number(budgetTokens)} tokens
        </strong>
        <span class="note">
          {' '}
          · {number(lines.length)} {lines.length === 1 ? 'memory' : 'memories'} · {number(frameTokens)} for the frame around them
        </span>
      </p>
    </div>
  );
}
