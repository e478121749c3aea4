// What can be done to all that is selected.
import { Quiet } from '../controls.tsx';
import { number } from '../words.ts';
import type { RowActs } from './rowActs.ts';

interface BulkBarProps {
  readonly count: number;
  readonly acts: RowActs;
  readonly onClear: () => void;
}
export function BulkBar({ count, acts, onClear }: BulkBarProps) {
  return (
    <div class="bulk" role="group" aria-label="What is selected">
      <strong>{number(count)} selected</strong>
      <Quiet icon="trash" label="Forget what is selected (Delete)" onClick={acts.forget}>
        Forget
      </Quiet>
      <Quiet icon="pinned" label="Pin what is selected (P)" onClick={() => acts.pin(true)}>
        Pin
      </Quiet>
      <Quiet icon="pin" label="Unpin what is selected" onClick={() => acts.pin(false)}>
        Unpin
      </Quiet>
      <Quiet icon="globe" label="Make global: let them hold everywhere" onClick={() => acts.scope('global')}>
        Make global
      </Quiet>
      <Quiet icon="repo" label="Keep to project: let them hold here only" onClick={() => acts.scope('project')}>
        Keep to project
      </Quiet>
      <Quiet icon="copy" label="Copy what is selected (Ctrl+C)" onClick={acts.copy}>
        Copy
      </Quiet>
      <Quiet icon="close" label="Select nothing (Esc)" onClick={onClear} />
    </div>
  );
}
