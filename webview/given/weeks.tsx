// How much was given in each week, and how much of it was used.
import type { GivenWeek } from '../protocol.ts';
import { number, percent, week } from '../words.ts';

export function Weeks({ weeks }: { readonly weeks: readonly GivenWeek[] }) {
  if (weeks.length === 0) return null;
  const most = Math.max(1, ...weeks.map(({ tokens }) => tokens));
  return (
    <table class="weeks">
      <caption class="unseen">Given and used, by week</caption>
      <thead>
        <tr>
          <th scope="col">Week</th>
          <th scope="col" class="number">
            Given
          </th>
          <th scope="col">Tokens</th>
          <th scope="col">Used</th>
        </tr>
      </thead>
      <tbody>
        {weeks.map(({ fromMs, givings, tokens, memories, used }) => (
          <tr key={fromMs}>
            <th scope="row">{week(fromMs)}</th>
            <td class="number">{number(givings)}</td>
            <td>
              <Measured share={tokens / most} text={number(tokens)} />
            </td>
            <td title={`${number(used)} of ${number(memories)} memories`}>
              <Measured share={memories === 0 ? 0 : used / memories} text={memories === 0 ? '–' : percent(used / memories)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Measured({ share, text }: { readonly share: number; readonly text: string }) {
  return (
    <span class="measured">
      <span class="number">{text}</span>
      <span class="bar" aria-hidden="true">
        <span class="filled" style={{ width: `${100 * share}%` }} />
      </span>
    </span>
  );
}
