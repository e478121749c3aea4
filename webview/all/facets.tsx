// What the list is narrowed to: of each facet the values that occur, with how many rows each would leave.
import { useState } from 'preact/hooks';
import { oneLine } from '../captured.tsx';
import { Check } from '../controls.tsx';
import { Icon } from '../icon.tsx';
import type { BrowseSlice, Facet, Facets } from '../protocol.ts';
import { FACETS, FACET_WORDS, facetValueWords, number } from '../words.ts';

/** Of a facet with many values (files) so many are shown at first. */
const FEW = 8;

interface FacetsProps {
  readonly counts: BrowseSlice['counts'] | undefined;
  readonly chosen: Facets;
  readonly closed: readonly Facet[];
  readonly onChoose: (facets: Facets) => void;
  readonly onToggle: (facet: Facet, isOpen: boolean) => void;
}
export function FacetList({ counts, chosen, closed, onChoose, onToggle }: FacetsProps) {
  return (
    <div class="facets scrolls" role="group" aria-label="Filters">
      {FACETS.map((facet) => {
        const values = valuesOf(facet, counts, chosen);
        if (values.length === 0) return null;
        const isOpen = !closed.includes(facet) || (chosen[facet]?.length ?? 0) > 0;
        return (
          <details key={facet} open={isOpen} onToggle={(event) => onToggle(facet, (event.currentTarget as HTMLDetailsElement).open)}>
            <summary>
              <Icon name="chevronRight" class="turns" />
              {FACET_WORDS[facet]}
            </summary>
            <Values
              facet={facet}
              values={values}
              chosen={chosen[facet] ?? []}
              onToggle={(value) => onChoose(toggled(chosen, facet, value))}
            />
          </details>
        );
      })}
    </div>
  );
}

interface ValuesProps {
  readonly facet: Facet;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly chosen: readonly string[];
  readonly onToggle: (value: string) => void;
}
function Values({ facet, values, chosen, onToggle }: ValuesProps) {
  const [areAll, setAll] = useState(false);
  const shown = areAll ? values : values.filter(({ value }, index) => index < FEW || chosen.includes(value));
  return (
    <>
      {shown.map(({ value, count }) => (
        <div key={value} class="facet-value">
          <Check isChecked={chosen.includes(value)} onChange={() => onToggle(value)}>
            <bdi title={facet === 'file' ? oneLine(value) : undefined}>{oneLine(facetValueWords(facet, value), 80)}</bdi>
          </Check>
          <span class="note number">{number(count)}</span>
        </div>
      ))}
      {shown.length < values.length && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          {values.length - shown.length} more
        </button>
      )}
    </>
  );
}

/** Values that occur, and those that are chosen though nothing is left of them. */
function valuesOf(facet: Facet, counts: BrowseSlice['counts'] | undefined, chosen: Facets): readonly { value: string; count: number }[] {
  const found = counts?.[facet] ?? [];
  const lost = (chosen[facet] ?? []).filter((value) => !found.some((one) => one.value === value));
  return [...found, ...lost.map((value) => ({ value, count: 0 }))];
}

function toggled(chosen: Facets, facet: Facet, value: string): Facets {
  const before = (chosen[facet] ?? []) as readonly string[];
  const values = before.includes(value) ? before.filter((other) => other !== value) : [...before, value];
  const others = Object.entries(chosen).filter(([other]) => other !== facet);
  return Object.fromEntries(values.length === 0 ? others : [...others, [facet, values]]) as Facets;
}

export const chosenCount = (chosen: Facets): number => Object.values(chosen).reduce((sum, values) => sum + values.length, 0);
