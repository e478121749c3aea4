// The page of the pruning panel: four tabs over one conversation with the editor. Asks for what it shows, and asks again when it is told that something changed.
import { render } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useActs } from './acts.ts';
import { AllTab } from './all/all.tsx';
import { Badge, Button } from './controls.tsx';
import { Dialog } from './dialog.tsx';
import { Trouble, UndoBar } from './footer.tsx';
import { GivenTab } from './given/given.tsx';
import { connectHost, type Host } from './host.ts';
import { Icon } from './icon.tsx';
import { isCommand, isWriting } from './keys.ts';
import { Menu } from './menu.tsx';
import { NextTab } from './next/next.tsx';
import { type Confirmation, type OpenMenu, type Panel, PanelContext } from './panel.ts';
import { type Hello, type Presence, TABS, type Tab, type Undoable } from './protocol.ts';
import { ReviewTab } from './review/review.tsx';
import { type Keeper, openKeeper, type StateHolder } from './state.ts';
import { TAB_WORDS, number } from './words.ts';

const TAB_PARTS: Readonly<Record<Tab, () => preact.JSX.Element>> = { next: NextTab, given: GivenTab, review: ReviewTab, all: AllTab };
/** A screen reader says the same words again only when they have gone in between. */
const SAID_FOR_MS = 4_000;
const REVIEW_COUNT_AFTER_MS = 700;

interface Asked {
  readonly confirmation: Confirmation;
  readonly answer: (isWanted: boolean) => void;
}

function Page({ host, keeper }: { readonly host: Host; readonly keeper: Keeper }) {
  const [tab, setTab] = useState<Tab>(keeper.get('tab'));
  const [revision, setRevision] = useState(0);
  const [hello, setHello] = useState<Hello>();
  const [openFile, setOpenFile] = useState<string>();
  const [tried, setTried] = useState<Panel['tried']>();
  const [presence, setPresence] = useState<Presence>('here');
  const [undo, setUndo] = useState<Undoable | null>(null);
  const [trouble, setTrouble] = useState<string>();
  const [said, setSaid] = useState('');
  const [asked, setAsked] = useState<Asked>();
  const [menu, setMenu] = useState<OpenMenu>();
  const [toReview, setToReview] = useState(0);

  const refresh = useCallback(() => setRevision((n) => n + 1), []);
  const show = useCallback((wanted: Tab) => {
    keeper.set('tab', wanted);
    setTab(wanted);
  }, []);
  const panel = useMemo<Panel>(
    () => ({
      ...{ host, keeper, revision, hello, openFile, tried, refresh, show },
      say: setSaid,
      complain: setTrouble,
      confirm: (confirmation) =>
        new Promise((resolve) => {
          const answer = (isWanted: boolean) => {
            setAsked(undefined);
            resolve(isWanted);
          };
          setAsked({ confirmation, answer });
        }),
      openMenu: setMenu,
    }),
    [revision, hello, openFile, tried],
  );

  const greet = () =>
    host.ask('hello').then(
      (now) => {
        setHello(now);
        setOpenFile(now.openFile);
        if (now.tab) show(now.tab);
      },
      // Whatever is shown says so itself when it gets no answer either.
      () => undefined,
    );

  useEffect(() => {
    void greet();
    return host.onNews((news) => {
      switch (news.kind) {
        case 'changed':
          setOpenFile(news.openFile);
          return refresh();
        case 'undo':
          return setUndo(news.undo);
        case 'service':
          setPresence(news.presence);
          if (news.presence === 'here') {
            void greet();
            refresh();
          }
          return undefined;
        case 'show':
          show(news.tab);
          if (news.prompt !== undefined) {
            const { prompt } = news;
            setTried((before) => ({ number: (before?.number ?? 0) + 1, prompt }));
          }
          return undefined;
      }
    });
  }, []);

  // How much there is to review stands on its tab, whatever is shown. Nobody waits for it, and it is dear: it comes after what is shown.
  useEffect(() => {
    let isLatest = true;
    const ask = () =>
      host.ask('review', 1).then(
        ({ total }) => isLatest && setToReview(total),
        () => undefined,
      );
    const timer = setTimeout(() => void ask(), REVIEW_COUNT_AFTER_MS);
    return () => {
      isLatest = false;
      clearTimeout(timer);
    };
  }, [revision]);

  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => setSaid(''), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [said]);

  useKeysOfPage(panel, undo);
  const Part = TAB_PARTS[tab];
  return (
    <PanelContext.Provider value={panel}>
      <Tabs tab={tab} toReview={toReview} onShow={show} />
      <Banner presence={presence} hello={hello} />
      <div id="part" class="part" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        <Part />
      </div>
      {trouble !== undefined && <Trouble text={trouble} onClose={() => setTrouble(undefined)} />}
      {undo && <UndoBar undo={undo} />}
      <div class="unseen" role="status" aria-live="polite">
        {said}
      </div>
      {menu && <Menu menu={menu} onClose={() => setMenu(undefined)} />}
      {asked && <Dialog confirmation={asked.confirmation} onAnswer={asked.answer} />}
    </PanelContext.Provider>
  );
}

/** Ctrl+Z undoes and Ctrl+F searches, wherever the focus is. */
function useKeysOfPage(panel: Panel, undo: Undoable | null): void {
  const latest = useRef({ panel, undo });
  latest.current = { panel, undo };
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isCommand(event) || event.altKey || event.shiftKey) return;
      const key = event.key.toLowerCase();
      if (key === 'z' && latest.current.undo && !isWriting(event)) {
        event.preventDefault();
        const { host, say, complain, refresh } = latest.current.panel;
        host.ask('undo').then(
          () => {
            say('Brought back.');
            refresh();
          },
          (thrown: Error) => complain(thrown.message),
        );
      } else if (key === 'f') {
        event.preventDefault();
        latest.current.panel.show('all');
        // Where it is there it takes the very next key; else it is drawn only now.
        if (!focusSearch()) requestAnimationFrame(focusSearch);
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Whoever searches anew types over what was searched for. False when the field is not there. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement & { readonly wrappedElement?: HTMLInputElement }>('.search');
  field?.focus();
  field?.wrappedElement?.select();
  return field !== null;
}

function Tabs({ tab, toReview, onShow }: { readonly tab: Tab; readonly toReview: number; readonly onShow: (tab: Tab) => void }) {
  const onKeyDown = (event: KeyboardEvent) => {
    const at = TABS.indexOf(tab);
    const move: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 };
    const to = TABS.at((move[event.key] ?? Number.NaN) % TABS.length);
    if (move[event.key] === undefined || !to) return;
    event.preventDefault();
    onShow(to);
    document.getElementById(`tab-${to}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Memories" onKeyDown={onKeyDown}>
      {TABS.map((name) => (
        <button
          key={name}
          type="button"
          id={`tab-${name}`}
          role="tab"
          aria-selected={name === tab}
          aria-controls="part"
          tabIndex={name === tab ? 0 : -1}
          onClick={() => onShow(name)}
        >
          {TAB_WORDS[name]}
          {name === 'review' && toReview > 0 && <Badge>{number(toReview)}</Badge>}
        </button>
      ))}
    </div>
  );
}

function Banner({ presence, hello }: { readonly presence: Presence; readonly hello: Hello | undefined }) {
  if (presence === 'stopped') return <Stopped />;
  if (presence === 'away') {
    return (
      <div class="banner" role="status">
        <Icon name="sync" class="turning" />
        Reconnecting… Nothing is lost: what is shown is as it was.
      </div>
    );
  }
  if (hello && !hello.isTrusted) {
    return (
      <div class="banner">
        <Icon name="info" />
        Restricted Mode: Cairn takes nothing in and gives nothing to assistants.
      </div>
    );
  }
  if (hello?.isPaused) {
    return (
      <div class="banner">
        <Icon name="info" />
        Cairn is paused: nothing new is taken in. “Cairn: Resume” goes on.
      </div>
    );
  }
  return null;
}

/** Nothing comes back by itself any more: a person is needed, and is told so at once. */
function Stopped() {
  const acts = useActs();
  const restart = () => {
    void acts.restart();
    // The button goes with the banner, and the focus would go with the button.
    document.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  };
  return (
    <div class="banner stopped" role="alert">
      <Icon name="warning" />
      <span class="grow">The memory service kept crashing and has stopped. Nothing is lost: what is shown is as it was.</span>
      <div class="buttons">
        <Button onClick={restart}>Restart</Button>
        <Button isSecondary onClick={() => void acts.showLog()}>
          Show Log
        </Button>
      </div>
    </div>
  );
}

declare function acquireVsCodeApi(): StateHolder & { postMessage(message: unknown): void };

const root = document.getElementById('page');
if (root) {
  const editor = acquireVsCodeApi();
  const host = connectHost((ask) => editor.postMessage(ask), window);
  render(<Page host={host} keeper={openKeeper(editor)} />, root);
}
