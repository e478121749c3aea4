// The language model of the editor that may rewrite memories: chosen by the user in so many words, after switching it on, and asked by nothing else.
import * as vscode from 'vscode';
import { UserError, codeOf } from '../util/errors.ts';
import type { Granted } from './rewriting.ts';

/** Key of the choice. It stays on this machine: consent given elsewhere is none given here. */
const CHOICE = 'rewritingModel';
/** Far more than an answer can be of use: a model that runs on is stopped. */
const MOST_CHARACTERS = 30_000;

interface Choice {
  readonly vendor: string;
  readonly id: string;
  readonly sinceMs: number;
}

export interface EditorModelParts {
  readonly state: vscode.Memento;
  /** Absent in editors without language models for extensions. */
  readonly access: vscode.LanguageModelAccessInformation | undefined;
}

export class EditorModel {
  readonly #state: vscode.Memento;
  readonly #access: vscode.LanguageModelAccessInformation | undefined;
  #isOn: boolean | undefined;

  constructor({ state, access }: EditorModelParts) {
    this.#state = state;
    this.#access = access;
  }

  /** The setting as it is now. Switched on before the user's eyes, it asks which model; switched off, the choice is forgotten, so that on again asks again. */
  async switched(isOn: boolean): Promise<void> {
    const wasOn = this.#isOn;
    this.#isOn = isOn;
    const choice = this.#state.get<Choice>(CHOICE);
    if (!isOn && choice) await this.#state.update(CHOICE, undefined);
    if (!isOn || wasOn !== false || choice || !vscode.window.state.focused) return;
    const choose = 'Choose Model…';
    const message = 'Cairn may let a language model of this editor rewrite new memories. Choose which one; until then nothing is sent.';
    if ((await vscode.window.showInformationMessage(message, choose)) === choose) await vscode.commands.executeCommand('cairn.chooseModel');
  }

  /** Lets the user choose, and the editor ask for consent: both need a user's action. Throws a `UserError` where there is nothing to choose, or consent is refused. */
  async choose(): Promise<void> {
    const models = hasModels() ? await vscode.lm.selectChatModels() : [];
    if (models.length === 0)
      throw new UserError('This editor offers extensions no language model. Set one up in its chat, then choose again.');
    const picked = await vscode.window.showQuickPick(
      models.map((model) => ({ label: model.name, description: model.vendor, detail: model.family, model })),
      { title: 'Rewrite new memories with', placeHolder: 'New memories, and the lines they came from, are sent to this model' },
    );
    if (!picked) return;
    const { model } = picked;
    if (this.#access?.canSendRequest(model) !== true) await askForConsent(model);
    await this.#state.update(CHOICE, { vendor: model.vendor, id: model.id, sinceMs: Date.now() } satisfies Choice);
  }

  /** The chosen model, if the editor lets us ask it without a dialogue. Never in Restricted Mode. */
  async granted(): Promise<Granted | undefined> {
    const choice = this.#state.get<Choice>(CHOICE);
    if (!choice || !this.#isOn || !vscode.workspace.isTrusted || !hasModels()) return undefined;
    const [model] = await vscode.lm.selectChatModels({ vendor: choice.vendor, id: choice.id });
    if (!model || this.#access?.canSendRequest(model) !== true) return undefined;
    return { sinceMs: choice.sinceMs, ask: (prompt, signal) => ask(model, prompt, signal) };
  }
}

const hasModels = (): boolean => typeof vscode.lm?.selectChatModels === 'function';

/** The editor asks the user at the first request, whatever it says: this one says nothing of anybody. */
async function askForConsent(model: vscode.LanguageModelChat): Promise<void> {
  try {
    await ask(model, 'Answer with the one word: ready', AbortSignal.timeout(60_000));
  } catch (thrown) {
    const code = codeOf(thrown) ?? 'no answer';
    throw new UserError(
      `${model.name} cannot be asked (${code}), so nothing will be sent. Allow it when the editor asks, or choose another.`,
      {
        cause: thrown,
      },
    );
  }
}

async function ask(model: vscode.LanguageModelChat, prompt: string, signal: AbortSignal): Promise<string> {
  const source = new vscode.CancellationTokenSource();
  const cancel = () => source.cancel();
  signal.addEventListener('abort', cancel);
  try {
    signal.throwIfAborted();
    const response = await model.sendRequest([vscode.LanguageModelChatMessage.User(prompt)], {}, source.token);
    let answer = '';
    for await (const part of response.text) {
      signal.throwIfAborted();
      answer += part;
      if (answer.length > MOST_CHARACTERS) throw new RangeError('the answer is too long');
    }
    signal.throwIfAborted();
    return answer;
  } finally {
    signal.removeEventListener('abort', cancel);
    source.cancel();
    source.dispose();
  }
}
