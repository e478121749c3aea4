// What stands where there is nothing to show: why, and what to do.
import { Button } from './controls.tsx';
import { Icon, type IconName } from './icon.tsx';
import { type Children, usePanel } from './panel.ts';

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: Children;
}
export function Empty({ icon, title, children }: EmptyProps) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** There is no answer at all: the reason, and another try. */
export function NoAnswer({ trouble }: { readonly trouble: string }) {
  const { refresh } = usePanel();
  return (
    <Empty icon="warning" title={trouble}>
      <Button isSecondary onClick={refresh}>
        Try again
      </Button>
    </Empty>
  );
}
