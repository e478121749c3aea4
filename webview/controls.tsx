// The controls of VS Code's look, from `@vscode-elements/elements`, as typed components; and the two that it lacks or that weigh too much there: a quiet
// button of an icon, and a drop-down (82 kB, without a name for screen readers), which is the browser's own in VS Code's colours.
import '@vscode-elements/elements/dist/vscode-badge/index.js';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-textarea/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import { h } from 'preact';
import { Icon, type IconName } from './icon.tsx';
import type { Children } from './panel.ts';

interface ButtonProps {
  readonly onClick: () => void;
  readonly icon?: IconName;
  readonly isSecondary?: boolean;
  /** The key that does the same; shown behind the words. */
  readonly keys?: string;
  readonly title?: string;
  readonly class?: string;
  readonly children: Children;
}
export function Button({ onClick, icon, isSecondary = false, keys, title, class: className, children }: ButtonProps) {
  return h(
    'vscode-button',
    { onClick, secondary: isSecondary, title, class: className },
    icon && (
      <span slot="content-before" class="before">
        <Icon name={icon} />
      </span>
    ),
    children,
    keys && (
      <kbd slot="content-after" aria-hidden="true">
        {keys}
      </kbd>
    ),
  );
}

interface QuietProps {
  readonly icon: IconName;
  /** What it does; its name for screen readers, and its tooltip. Holds the words beside the icon, so that saying them presses it. */
  readonly label: string;
  readonly onClick: (event: MouseEvent) => void;
  /** Words beside the icon. */
  readonly children?: Children;
  readonly isPressed?: boolean;
  readonly tabIndex?: number;
}
/** As in a view's title: an icon that lights up under the pointer. */
export function Quiet({ icon, label, onClick, children, isPressed, tabIndex }: QuietProps) {
  return (
    <button type="button" class="quiet" title={label} aria-label={label} aria-pressed={isPressed} tabIndex={tabIndex} onClick={onClick}>
      <Icon name={icon} />
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}

/** The elements' properties that are used here. */
export interface TextElement extends HTMLElement {
  value: string;
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly icon?: IconName;
  readonly onInput: (value: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly fieldRef?: (element: TextElement | null) => void;
  readonly class?: string;
}
export function TextField({ label, value, placeholder, icon, onInput, onKeyDown, fieldRef, class: className }: TextFieldProps) {
  return h(
    'vscode-textfield',
    {
      label,
      value,
      placeholder,
      class: className,
      ref: fieldRef as (element: HTMLElement | null) => void,
      onInput: (event: Event) => onInput((event.currentTarget as TextElement).value),
      onKeyDown,
    },
    icon && (
      <span slot="content-before" class="before">
        <Icon name={icon} />
      </span>
    ),
  );
}

interface TextAreaProps {
  readonly label: string;
  readonly value: string;
  readonly rows: number;
  readonly onInput: (value: string) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly areaRef?: (element: TextElement | null) => void;
}
export function TextArea({ label, value, rows, onInput, onKeyDown, areaRef }: TextAreaProps) {
  return h('vscode-textarea', {
    label,
    value,
    rows,
    ref: areaRef as (element: HTMLElement | null) => void,
    onInput: (event: Event) => onInput((event.currentTarget as TextElement).value),
    onKeyDown,
  });
}

interface CheckProps {
  readonly isChecked: boolean;
  readonly onChange: () => void;
  readonly children: Children;
}
export function Check({ isChecked, onChange, children }: CheckProps) {
  return h('vscode-checkbox', { checked: isChecked, onChange }, children);
}

export function Badge({ children }: { readonly children: Children }) {
  return h('vscode-badge', { variant: 'counter' }, children);
}

interface SelectProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly options: readonly { readonly value: V; readonly label: string }[];
  readonly onChange: (value: V) => void;
}
export function Select<V extends string>({ label, value, options, onChange }: SelectProps<V>) {
  return (
    <select
      class="select"
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => onChange((event.currentTarget as HTMLSelectElement).value as V)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
