// What every part of the page works with.
import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Host } from './host.ts';
import type { Hello, MemoryRow, Tab } from './protocol.ts';
import type { Keeper } from './state.ts';

/** A question before something is done to more than one memory. */
export interface Confirmation {
  /** "Forget 60 memories?" */
  readonly question: string;
  readonly detail?: string;
  /** The first few of them, as they read. */
  readonly first: readonly string[];
  /** Of how many. */
  readonly count: number;
  /** What the button says. */
  readonly act: string;
}

export interface MenuItem {
  readonly label: string;
  readonly keys?: string;
  readonly isSeparated?: boolean;
  readonly run: () => void;
}
export interface OpenMenu {
  /** Where, in the page's own pixels. */
  readonly x: number;
  readonly y: number;
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** Gets the focus when the menu closes. */
  readonly back: HTMLElement | null;
}

export interface Panel {
  readonly host: Host;
  readonly keeper: Keeper;
  /** Grows whenever what is shown may be out of date. */
  readonly revision: number;
  /** Undefined until the editor has said. */
  readonly hello: Hello | undefined;
  readonly openFile: string | undefined;
  /** A prompt that a command wants tried; grows in number with each. */
  readonly tried: { readonly number: number; readonly prompt: string } | undefined;
  /** Asks again for all that is shown. */
  refresh(): void;
  show(tab: Tab): void;
  /** To a screen reader, politely. */
  say(text: string): void;
  /** What could not be done, in words for people. Stays until it is closed or something works. */
  complain(text: string): void;
  confirm(confirmation: Confirmation): Promise<boolean>;
  openMenu(menu: OpenMenu): void;
}

export const PanelContext = createContext<Panel | undefined>(undefined);

export function usePanel(): Panel {
  const panel = useContext(PanelContext);
  if (!panel) throw new Error('drawn outside of the panel');
  return panel;
}

/** Children of a component, where it takes any. */
export type Children = ComponentChildren;
/** A row as it stands in a list, with what search says of it. */
export type ListRow = MemoryRow & { readonly why?: string };
