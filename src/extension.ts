// The extension host's composition root: makes the parts and puts each in its place. Nothing heavy is here: store, model and indexes live in the service.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { offerMcpServer } from './editor/chat.ts';
import { registerCommands, setContext } from './editor/commands.ts';
import { connectClaudeCode, connectedAssistants, disconnectClaudeCode } from './editor/connecting.ts';
import { Forgetting } from './editor/forgetting.ts';
import { EditorModel } from './editor/editorModel.ts';
import { exportMemories, forgetEverything, importMemories } from './editor/exchange.ts';
import { ExplorerBadges } from './editor/explorerBadges.ts';
import { memoryActions } from './editor/memoryActions.ts';
import { watchOpenFiles } from './editor/openFiles.ts';
import { MemoryTree } from './editor/memoryTree.ts';
import { PrunePanel } from './editor/prunePanel.ts';
import { showRecallPicker } from './editor/recallPicker.ts';
import { rememberSelection, rememberTerminalSelection } from './editor/remember.ts';
import { keepReviewBadge } from './editor/reviewBadge.ts';
import { Rewriting } from './editor/rewriting.ts';
import { mayRewrite, onDidChangeSettings, readSettings, wantsExplorerBadges } from './editor/settings.ts';
import { WhyPages } from './editor/showWhy.ts';
import { watchEditor } from './editor/sources/watchEditor.ts';
import { StatusItem, remoteRemark } from './editor/status.ts';
import { StatusView } from './editor/statusView.ts';
import { showFilterBox } from './editor/tree/filterBox.ts';
import { showWelcomeOnce } from './editor/welcome.ts';
import { keepService } from './link/childService.ts';
import { cairnHome } from './link/paths.ts';
import type { ServiceSettings } from './link/protocol.ts';
import { Disposables } from './util/disposal.ts';
import { traceOf } from './util/errors.ts';

/** Waits for the editor to have drawn itself. */
const AFTER_START_MS = 300;

export function activate(context: vscode.ExtensionContext): void {
  const owned = new Disposables();
  context.subscriptions.push(owned);
  const startedAtMs = performance.now();
  const log = owned.own(vscode.window.createOutputChannel('Cairn', { log: true }));
  const dist = context.asAbsolutePath('dist');
  const home = cairnHome(process.env);

  const service = owned.own(keepService({ script: path.join(dist, 'service.cjs'), log }));
  const forgetting = owned.own(new Forgetting(service.api));
  let realFolders: ReadonlyMap<string, string> = new Map();
  const tree = owned.own(
    new MemoryTree({ api: service.api, forgetting, state: context.workspaceState, openFile: () => openFileNow(), log }),
  );
  const status = owned.own(
    new StatusView({ api: service.api, item: owned.own(new StatusItem()), tree, log, remark: remoteRemark(vscode.env.remoteName) }),
  );
  const actions = memoryActions({
    api: service.api,
    forgetting,
    selected: () => tree.selected(),
    filter: () => tree.filter,
    realFile: (file) => placeIn(realFolders, file)?.path ?? file,
  });
  const remembering = { api: service.api, placeOf: (file: string) => placeIn(realFolders, file) };
  const why = owned.own(new WhyPages(service.api));
  const explorerBadges = owned.own(new ExplorerBadges({ api: service.api, folders: () => realFolders, log }));
  const reviewBadge = owned.own(keepReviewBadge({ api: service.api, show: (badge) => tree.setBadge(badge), log }));
  const model = new EditorModel({ state: context.globalState, access: context.languageModelAccessInformation });
  const rewriting = owned.own(new Rewriting({ api: service.api, granted: () => model.granted(), log }));
  const paused = {
    get: () => context.workspaceState.get('isPaused', false),
    async set(isPaused: boolean) {
      await context.workspaceState.update('isPaused', isPaused);
      setContext('cairn.isPaused', isPaused);
      await service.api.pause(isPaused);
    },
  };

  owned.own(
    registerCommands(
      {
        'cairn.recall': (text) =>
          showRecallPicker(
            {
              recall: (query) => service.api.recall(undefined, query, 'typing'),
              openSource: actions.openSource,
              forget: actions.forgetOne,
            },
            text,
          ),
        'cairn.prune': (place) => panel.open(place),
        'cairn.forget': actions.forget,
        'cairn.undoForget': (node) => forgetting.undo(node?.kind === 'forgotten' ? node.batch : undefined),
        'cairn.openSource': actions.openSourceOf,
        'cairn.copy': actions.copy,
        'cairn.pin': (node, nodes) => actions.pin(true, node, nodes),
        'cairn.unpin': (node, nodes) => actions.pin(false, node, nodes),
        'cairn.editMemory': actions.edit,
        'cairn.makeGlobal': (node, nodes) => actions.setScope('global', node, nodes),
        'cairn.makeProject': (node, nodes) => actions.setScope('project', node, nodes),
        'cairn.why': (node) => actions.explain(node, (row) => why.show(row)),
        'cairn.forgetAll': actions.forget,
        'cairn.forgetFile': actions.forgetFile,
        'cairn.forgetSession': actions.forgetSession,
        'cairn.forgetEverything': () => forgetEverything(service.api, forgetting),
        'cairn.remember': () => rememberSelection(remembering),
        'cairn.rememberTerminal': () => rememberTerminalSelection(remembering),
        'cairn.filter': () => showFilterBox(tree),
        'cairn.clearFilter': () => tree.setFilter(''),
        'cairn.groupByKind': () => tree.setGrouping('kind'),
        'cairn.groupByFile': () => tree.setGrouping('file'),
        'cairn.groupBySession': () => tree.setGrouping('session'),
        'cairn.groupByAge': () => tree.setGrouping('age'),
        'cairn.showMore': (node) => (node?.kind === 'more' ? tree.showMore(node.of) : undefined),
        'cairn.export': () => exportMemories(service.api),
        'cairn.import': () => importMemories(service.api),
        'cairn.pause': () => paused.set(true),
        'cairn.resume': () => paused.set(false),
        'cairn.connectClaudeCode': () => connectClaudeCode(home, log),
        'cairn.disconnectClaudeCode': () => disconnectClaudeCode(home, log),
        'cairn.chooseModel': () => model.choose(),
        'cairn.showStatus': () => status.showMenu(),
        'cairn.showLog': () => log.show(),
        'cairn.restartService': () => restart(),
        'cairn.rebuildIndex': () => actions.rebuildIndex(),
        'cairn.openSettings': () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:cairn-memory.cairn'),
      },
      log,
    ),
  );
  owned.own(
    offerMcpServer({
      command: process.execPath,
      args: [path.join(dist, 'mcp.cjs')],
      env: { ELECTRON_RUN_AS_NODE: '1', CAIRN_HOME: home, ...folderOf(vscode.workspace.workspaceFolders) },
      version: String(context.extension.packageJSON.version),
    }),
  );

  const configured = Promise.withResolvers<void>();
  const configure = async (): Promise<void> => {
    const isRewriting = mayRewrite();
    rewriting.use(isRewriting);
    model.switched(isRewriting).catch((thrown: unknown) => log.warn('the choice of a model was not kept', traceOf(thrown)));
    realFolders = await realPaths(vscode.workspace.workspaceFolders ?? []);
    const settings = serviceSettings(context, [...realFolders.values()], paused.get());
    await service.api.configure(settings);
    setContext('cairn.hasService', true);
    await status.refresh();
    editor.useSources(settings.sources);
    openFiles.tellAll();
    explorerBadges.use(wantsExplorerBadges());
    reviewBadge.changed();
  };
  const configureSafely = () =>
    configure()
      .catch((thrown: unknown) => status.failed(thrown))
      .finally(configured.resolve);
  /** Also of a service that stopped before it knew this window: it is told anew. */
  const restart = (): void => {
    service.restart();
    void configureSafely();
  };
  const editor = owned.own(
    watchEditor({ capture: (folder, signals) => service.api.capture(folder && realFolders.get(folder), signals), log }),
  );

  const openFiles = owned.own(
    watchOpenFiles((folder, files) => {
      const real = realFolders.get(folder);
      if (real === undefined) return;
      service.api.lookAt(real, files).catch((thrown: unknown) => log.debug('the open files were not told', traceOf(thrown)));
    }),
  );

  const openFileNow = (): string | undefined => openFiles.active && placeIn(realFolders, openFiles.active.file)?.path;
  owned.own(openFiles.onDidTell(() => tree.follow()));

  const panel = owned.own(
    new PrunePanel({
      service,
      forgetting,
      openFiles,
      home: context.extensionUri,
      isReady: () => configured.promise,
      realFolder: (folder) => realFolders.get(folder),
      isPaused: paused.get,
      connected: () => connectedAssistants(home),
      openSource: actions.openSource,
      restart,
      showLog: () => log.show(),
      log,
    }),
  );

  setContext('cairn.isPaused', paused.get());
  owned.own(onDidChangeSettings(() => void configureSafely()));
  owned.own(vscode.workspace.onDidChangeWorkspaceFolders(() => void configureSafely()));
  owned.own(
    service.onDidChange(() => {
      status.changed();
      explorerBadges.changed();
      reviewBadge.changed();
    }),
  );
  owned.own(service.onDidChangeState(() => status.changed()));
  const timer = setTimeout(() => {
    void configureSafely();
    if (vscode.workspace.isTrusted) void showWelcomeOnce(context.globalState);
  }, AFTER_START_MS);
  owned.defer(() => clearTimeout(timer));
  log.info(`activated in ${(performance.now() - startedAtMs).toFixed(1)} ms`);
}

/** Nothing that matters: backlog and store are on disk; ending the subscriptions ends the service. */
export function deactivate(): void {}

/** The window's folders on disk, as the editor spells them, and with links resolved. */
async function realPaths(folders: readonly vscode.WorkspaceFolder[]): Promise<ReadonlyMap<string, string>> {
  const paths = folders.filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
  return new Map(await Promise.all(paths.map(async (at) => [at, await fs.promises.realpath(at).catch(() => at)] as const)));
}

/** Where the service has a file of the window's folders; undefined for one that lies elsewhere. */
function placeIn(folders: ReadonlyMap<string, string>, file: string): { readonly folder: string; readonly path: string } | undefined {
  for (const [folder, real] of folders)
    if (file.startsWith(`${folder}${path.sep}`)) return { folder: real, path: path.join(real, path.relative(folder, file)) };
  return undefined;
}

/** What the service is told of this window. The only place that knows both the editor's context and the service's settings. */
function serviceSettings(context: vscode.ExtensionContext, folders: readonly string[], isPaused: boolean): ServiceSettings {
  const storage = context.storageUri?.fsPath;
  // A window of one folder uses the editor's storage as it is; one of several has a store for each.
  const storageOf = (folder: string, base: string): string =>
    folders.length === 1 ? base : path.join(base, createHash('sha256').update(folder).digest('hex').slice(0, 12));
  return {
    ...readSettings(),
    roots: storage === undefined ? [] : folders.map((folder) => ({ folder, storage: storageOf(folder, storage) })),
    globalStorage: context.globalStorageUri.fsPath,
    ...(storage !== undefined && { editorStorage: path.dirname(storage) }),
    models: context.asAbsolutePath('models'),
    isPaused,
  };
}

function folderOf(folders: readonly vscode.WorkspaceFolder[] | undefined): { readonly CAIRN_FOLDER?: string } {
  const first = folders?.find(({ uri }) => uri.scheme === 'file');
  return first ? { CAIRN_FOLDER: first.uri.fsPath } : {};
}
