// A context menu at a place: arrows, Home, End and first letters move, Enter does, Esc and a click elsewhere close.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { OpenMenu } from './panel.ts';

export function Menu({ menu, onClose }: { readonly menu: OpenMenu; readonly onClose: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
  const close = () => {
    onClose();
    menu.back?.focus();
  };

  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(0, Math.min(menu.x, window.innerWidth - width - 4))}px`;
    element.style.top = `${Math.max(0, Math.min(menu.y, window.innerHeight - height - 4))}px`;
    items()[0]?.focus();
  }, [menu]);

  useEffect(() => {
    const onElsewhere = (event: Event) => {
      if (event.target instanceof Node && !list.current?.contains(event.target)) onClose();
    };
    document.addEventListener('pointerdown', onElsewhere, true);
    window.addEventListener('blur', onClose);
    return () => {
      document.removeEventListener('pointerdown', onElsewhere, true);
      window.removeEventListener('blur', onClose);
    };
  }, [menu]);

  const onKeyDown = (event: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const move: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    const to = move[event.key];
    if (to !== undefined) all.at(to % all.length)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (event.key.length === 1 && event.key !== ' ') {
      const letter = event.key.toLowerCase();
      [...all.slice(at + 1), ...all].find((item) => item.textContent.toLowerCase().startsWith(letter))?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      class="menu"
      role="menu"
      aria-label={menu.label}
      ref={list}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
    >
      {menu.items.map((item) => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          class={item.isSeparated ? 'separated' : ''}
          onMouseEnter={(event) => (event.currentTarget as HTMLElement).focus()}
          onClick={() => {
            close();
            item.run();
          }}
        >
          <span>{item.label}</span>
          {item.keys && <span class="keys">{item.keys}</span>}
        </button>
      ))}
    </div>
  );
}
