// The question before something is done to many: how many, the first of them, and a way back. The browser keeps the focus inside and closes it at Esc.
import { useEffect, useRef } from 'preact/hooks';
import { Button } from './controls.tsx';
import type { Confirmation } from './panel.ts';
import { number } from './words.ts';

interface DialogProps {
  readonly confirmation: Confirmation;
  readonly onAnswer: (isWanted: boolean) => void;
}
export function Dialog({ confirmation, onAnswer }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    element?.querySelector<HTMLElement>('vscode-button')?.focus();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  const { question, detail, first, count, act } = confirmation;
  return (
    <dialog
      ref={dialog}
      aria-labelledby="question"
      onCancel={(event) => {
        event.preventDefault();
        onAnswer(false);
      }}
    >
      <h2 id="question">{question}</h2>
      {first.length > 0 && (
        <ul>
          {first.map((text) => (
            <li key={text}>
              <bdi>{text}</bdi>
            </li>
          ))}
        </ul>
      )}
      {first.length > 0 && count > first.length && <p class="note">and {number(count - first.length)} more.</p>}
      {detail && <p class="note">{detail}</p>}
      <div class="buttons">
        <Button onClick={() => onAnswer(true)}>{act}</Button>
        <Button isSecondary onClick={() => onAnswer(false)}>
          Cancel
        </Button>
      </div>
    </dialog>
  );
}
