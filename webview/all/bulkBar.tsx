// What can be done to all that is selected.
import { Button, Quiet } from '../controls.tsx';
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
      <Button isSecondary icon="trash" onClick={acts.forget}>
        Forget
      </Button>
      <Button isSecondary icon="pin" onClick={() => acts.pin(true)}>
        Pin
      </Button>
      <Button isSecondary icon="pin" onClick={() => acts.pin(false)}>
        Unpin
      </Button>
      <Button isSecondary icon="globe" onClick={() => acts.scope('global')}>
        Make global
      </Button>
      <Button isSecondary icon="repo" onClick={() => acts.scope('project')}>
        Keep to project
      </Button>
      <Button isSecondary icon="copy" onClick={acts.copy}>
        Copy
      </Button>
      <Quiet icon="close" label="Select nothing (Esc)" onClick={onClear} />
    </div>
  );
}
