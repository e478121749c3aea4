// A number on the view: how many memories are worth a look. Asked rarely, since the answer compares all memories with each other.
import type * as vscode from 'vscode';
import type { ServiceApi } from '../link/protocol.ts';
import { Disposables, type Disposable } from '../util/disposal.ts';
import { messageOf } from '../util/errors.ts';
import type { Log } from '../util/log.ts';

/** The editor and the service have other things to do when a window opens. */
const FIRST_AFTER_MS = 15_000;
const AGAIN_AFTER_MS = 60_000;

export interface ReviewBadgeParts {
  readonly api: Pick<ServiceApi, 'review'>;
  readonly show: (badge: vscode.ViewBadge | undefined) => void;
  readonly log: Log;
}

export interface ReviewBadge extends Disposable {
  /** Memories changed: look, but not at once. */
  changed(): void;
}

export function keepReviewBadge({ api, show, log }: ReviewBadgeParts): ReviewBadge {
  const owned = new Disposables();
  let timer: NodeJS.Timeout | undefined;
  let waitMs = FIRST_AFTER_MS;

  async function look(): Promise<void> {
    timer = undefined;
    waitMs = AGAIN_AFTER_MS;
    try {
      const { total } = await api.review(undefined, 1);
      if (owned.isDisposed) return;
      const tooltip = `${total === 1 ? 'One memory is' : `${total.toLocaleString('en')} memories are`} worth a look: “Cairn: Prune Memories…”, Review`;
      show(total === 0 ? undefined : { value: total, tooltip });
    } catch (thrown) {
      log.debug('there is no answer to what is worth a look', messageOf(thrown));
    }
  }
  owned.defer(() => clearTimeout(timer));
  return {
    changed: () => void (timer ??= setTimeout(() => void look(), waitMs)),
    dispose: () => owned.dispose(),
  };
}
