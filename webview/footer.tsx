// What happened last, at the foot of every tab: the countdown in which it can be undone, or why something could not be done.
import { useEffect, useState } from 'preact/hooks';
import { useActs } from './acts.ts';
import { Button, Quiet } from './controls.tsx';
import { Icon } from './icon.tsx';
import type { Undoable } from './protocol.ts';
import { memories } from './words.ts';

export function UndoBar({ undo }: { readonly undo: Undoable }) {
  const acts = useActs();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((undo.untilMs - now) / 1000));
  return (
    <div class="foot" role="group" aria-label="Undo">
      <Icon name="trash" />
      <span class="grow">{memories(undo.count)} gone</span>
      <span class="note seconds" aria-hidden="true">
        for good in {seconds} s
      </span>
      <Button isSecondary icon="discard" keys="Ctrl+Z" onClick={() => void acts.undo()}>
        Undo
      </Button>
    </div>
  );
}

export function Trouble({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  return (
    <div class="foot trouble" role="alert">
      <Icon name="warning" />
      <span class="grow">{text}</span>
      <Quiet icon="close" label="Close this message" onClick={onClose} />
    </div>
  );
}
