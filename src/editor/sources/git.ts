// Commits and reverts, through the editor's own git extension.
import * as vscode from 'vscode';
import type { SessionId, Signal } from '../../memory.ts';
import { Disposables, type Disposable } from '../../util/disposal.ts';
import type { Log } from '../../util/log.ts';

/** The few parts used of the git extension's interface (version 1, stable since 2018). */
interface GitApi {
  readonly repositories: readonly Repository[];
  readonly onDidOpenRepository: vscode.Event<Repository>;
  readonly onDidCloseRepository: vscode.Event<Repository>;
}
interface Repository {
  readonly rootUri: vscode.Uri;
  readonly state: {
    readonly HEAD: { readonly commit?: string; readonly name?: string } | undefined;
    readonly onDidChange: vscode.Event<void>;
  };
  log(options: { range: string; maxEntries: number }): Promise<readonly Commit[]>;
  diffBetween(from: string, to: string): Promise<readonly { readonly uri: vscode.Uri }[]>;
}
interface Commit {
  readonly hash: string;
  readonly message: string;
  readonly parents: readonly string[];
  readonly authorDate?: Date;
  readonly commitDate?: Date;
}

/** A pull or a rebase brings many at once: the newest tell enough. */
const MAX_COMMITS = 20;
const MAX_FILES = 40;
/** What git writes into the message of `git revert`. */
const REVERT = /^Revert "|^This reverts commit [0-9a-f]{7,}/m;

export interface GitWatch extends Disposable {
  /** Branch of the repository that holds the active editor's file, or of the first. */
  readonly branch: string | undefined;
}

export function watchGit(session: () => SessionId, take: (signals: readonly Signal[]) => void, log: Log): GitWatch {
  const owned = new Disposables();
  const watched = new Map<Repository, Disposable>();
  let api: GitApi | undefined;

  function watch(repository: Repository): void {
    let head = repository.state.HEAD?.commit;
    const subscription = repository.state.onDidChange(() => {
      const now = repository.state.HEAD?.commit;
      if (!now || now === head) return;
      const before = head;
      head = now;
      // The first commit seen is where we came in, not something that happened.
      if (before)
        void tell(repository, before, now).catch((thrown: unknown) =>
          log.debug('reading commits failed', thrown instanceof Error ? thrown.name : ''),
        );
    });
    watched.set(repository, subscription);
  }

  async function tell(repository: Repository, before: string, now: string): Promise<void> {
    const commits = await repository.log({ range: `${before}..${now}`, maxEntries: MAX_COMMITS });
    for (const commit of [...commits].reverse()) {
      const parent = commit.parents[0];
      const changes = parent ? await repository.diffBetween(parent, commit.hash) : [];
      const atMs = (commit.commitDate ?? commit.authorDate ?? new Date()).getTime();
      take([
        {
          kind: REVERT.test(commit.message) ? 'revert' : 'commit',
          place: { source: 'git', session: session(), record: commit.hash, atMs },
          hash: commit.hash,
          text: commit.message.trim(),
          files: changes.slice(0, MAX_FILES).map(({ uri }) => vscode.workspace.asRelativePath(uri)),
        },
      ]);
    }
  }

  async function begin(): Promise<void> {
    const extension = vscode.extensions.getExtension<{ readonly enabled: boolean; getAPI(version: 1): GitApi }>('vscode.git');
    const git = extension && (extension.isActive ? extension.exports : await extension.activate());
    if (!git?.enabled || owned.isDisposed) return;
    api = git.getAPI(1);
    api.repositories.forEach(watch);
    owned.own(api.onDidOpenRepository(watch));
    owned.own(
      api.onDidCloseRepository((repository) => {
        watched.get(repository)?.dispose();
        watched.delete(repository);
      }),
    );
  }

  owned.defer(() => watched.forEach((subscription) => subscription.dispose()));
  begin().catch((thrown: unknown) => log.debug('the git extension is not there', thrown instanceof Error ? thrown.name : ''));

  return {
    get branch() {
      const active = vscode.window.activeTextEditor?.document.uri.fsPath;
      const repository = api?.repositories.find((r) => active?.startsWith(r.rootUri.fsPath)) ?? api?.repositories[0];
      return repository?.state.HEAD?.name;
    },
    dispose: () => owned.dispose(),
  };
}
