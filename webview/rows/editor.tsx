// A memory's words and kind, changed in place. Enter saves, Shift+Enter begins a line, Esc leaves it as it was.
import { useRef, useState } from 'preact/hooks';
import type { Change } from '../acts.ts';
import { Button, Select, TextArea, type TextElement } from '../controls.tsx';
import { MOST_TEXT, type Kind } from '../protocol.ts';
import { KINDS, KIND_WORDS, number } from '../words.ts';

interface EditorProps {
  readonly memory: { readonly text: string; readonly kind: Kind };
  readonly onSave: (change: Change) => void;
  readonly onCancel: () => void;
}
export function MemoryEditor({ memory, onSave, onCancel }: EditorProps) {
  const [text, setText] = useState(memory.text);
  const [kind, setKind] = useState<Kind>(memory.kind);
  const isFocused = useRef(false);
  // One from before there was a limit can be given another kind.
  const over = text === memory.text ? 0 : text.trim().length - MOST_TEXT;
  const save = () => (text.trim() === '' || over > 0 ? undefined : onSave({ text: text.trim(), kind }));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onCancel();
    else if (event.key === 'Enter' && !event.shiftKey) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const focusOnce = (element: TextElement | null) => {
    if (!element || isFocused.current) return;
    isFocused.current = true;
    // What is focused is inside, and drawn a moment later.
    void Promise.resolve((element as unknown as { updateComplete?: Promise<unknown> }).updateComplete).then(() => element.focus());
  };
  return (
    <div class="editor">
      <TextArea label="The memory's words" value={text} rows={3} onInput={setText} onKeyDown={onKeyDown} areaRef={focusOnce} />
      {/* There before it has anything to say, so that it is heard; and how much is over is not said at every key. */}
      <div class="note" role="status">
        {over > 0 && (
          <>
            A memory can be at most {number(MOST_TEXT)} characters. Shorten it<span aria-hidden="true"> by {number(over)}</span>, then save.
          </>
        )}
      </div>
      <div class="buttons">
        <Select label="Kind" value={kind} options={KINDS.map((value) => ({ value, label: KIND_WORDS[value] }))} onChange={setKind} />
        <Button onClick={save} keys="Enter">
          Save
        </Button>
        <Button isSecondary onClick={onCancel} keys="Esc">
          Cancel
        </Button>
      </div>
    </div>
  );
}
