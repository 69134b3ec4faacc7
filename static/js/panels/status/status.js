// One line that always says what is going on, what went wrong, and the way out.

import { html, nothing, render } from "lit";
import { lastStep } from "../../current_step.js";
import { argumentOf, chosen, withArgument } from "../../experiment.js";
import { iconButton, textButton } from "../../fields.js";
import { quantity } from "../../format.js";
import { lastOf } from "../../history.js";
import { icons } from "../../icons.js";
import { targetWords } from "../../names.js";
import { set, told } from "../../store.js";
import { strings } from "../../strings.js";
import { SUGGESTIONS } from "../../suggestions.js";
import { openButton, restoreButton } from "../shared/upload_buttons.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { LastUpdate } from "../../types.js" */
/** @typedef {{ tone: "plain" | "notice" | "alarm", text: string, actions?: unknown }} Line */

const words = strings.status;

/** @param {HTMLElement} root @param {Page} page */
export function statusPanel(root, page) {
  const { store, actions, loop } = page;

  loop.watch(
    (state) => [
      state.catalogue,
      state.waitingFor,
      state.connection,
      state.session,
      state.own,
      state.phase,
      state.playing,
      state.reason,
      state.warning,
      state.word,
      state.notes,
      state.hasPlayed,
      state.learnedRun,
      state.suggestionsClosed,
      state.run,
      state.experiment,
      state.points,
      state.step > 0,
      state.visit,
      state.visit !== null && Math.floor(state.epoch),
      lastStep(state),
    ],
    () => {
      const { tone, text, actions = nothing } = line(store.state);
      root.dataset.tone = tone;
      render(html`<p>${text}</p><div class="actions">${actions}</div>`, root);
    },
  );
  loop.watch(
    ({ history }) => [history],
    () => {
      const { run, learnedRun } = store.state;
      if (run !== learnedRun && hasLearned(store.state)) store.apply(set, { learnedRun: run });
    },
  );

  /** What matters most is said.
   * @type {(state: State) => Line} */
  function line(state) {
    if (state.connection === "unknown") {
      return { tone: "alarm", text: words.unknown, actions: action(words.reload, () => location.reload()) };
    }
    if (state.connection === "gone" || state.connection === "ended") {
      return {
        tone: "alarm",
        text: state.own ? words[state.connection] : words.unshared,
        actions: action(words.startAgain, () => void actions.connection.startAgain()),
      };
    }
    if (state.connection === "lost") {
      if (!state.session) return { tone: "alarm", text: words.unreachableAtStart };
      return { tone: "alarm", text: words.lost, actions: action(words.retry, () => actions.connection.retry()) };
    }
    if (state.connection === "quiet") return { tone: "alarm", text: words.quiet };
    if (state.waitingFor) return { tone: "notice", text: `${words.waitingFor(state.waitingFor)}` };
    if (!state.experiment) return { tone: "plain", text: words.loading };
    if (state.word?.kind === "refusal") {
      const { text, lost, openTable } = state.word;
      return {
        tone: "alarm",
        text,
        actions: html`${
          lost ? restoreButton(page, lost) : nothing
        }${openTable ? openButton(page) : nothing}${dismiss()}`,
      };
    }
    if (!state.own && state.visit === null) {
      const copy = textButton({ text: words.copy, help: words.copyHelp, click: () => actions.fork() });
      return { tone: "notice", text: words.watching, actions: copy };
    }
    if (state.visit !== null)
      return { tone: "notice", text: words.past(state.visit, Math.floor(state.epoch)), actions: waysFromThere(state) };
    if (state.phase === "diverged")
      return { tone: "alarm", text: state.reason ?? words.diverged, actions: waysOut(state) };
    if (state.phase === "failed") {
      return {
        tone: "alarm",
        text: words.failed(state.reason ?? ""),
        actions: action(words.reset, () => actions.reset()),
      };
    }
    if (state.word) {
      const { text, undo, lost } = state.word;
      const back = lost
        ? restoreButton(page, lost)
        : undo
          ? textButton({ text: words.undo, help: words.undoHelp, click: () => actions.undo(true) })
          : nothing;
      return { tone: "notice", text, actions: html`${back}${dismiss()}` };
    }
    if (state.warning) return { tone: "alarm", text: state.warning, actions: waysOut(state) };
    const step = lastStep(state);
    if (step) return { tone: "plain", text: stepWords(state, step) };
    if (state.learnedRun && !state.suggestionsClosed) {
      const text = state.learnedRun === state.run ? words.learned : words.tryThis;
      const ended = state.phase === "finished" ? `${words.finished(state.reason ?? "")} ` : "";
      return { tone: "notice", text: ended + text, actions: suggestions() };
    }
    return { tone: state.hasPlayed ? "plain" : "notice", text: usual(state) };
  }

  /** From an earlier epoch.
   * @param {State} state */
  const waysFromThere = ({ own }) => html`
    ${own ? textButton({ text: words.resume, help: words.resumeHelp, click: () => actions.resume() }) : nothing}
    ${
      own
        ? textButton({ text: words.fork, help: words.forkHelp, click: () => actions.fork() })
        : textButton({ text: words.copy, help: words.copyHelp, click: () => actions.fork() })
    }
    ${textButton({ text: words.back, help: words.backHelp, class: "quiet", click: () => actions.look(null) })}
  `;

  /** @type {(state: State) => string} */
  function usual(state) {
    const { experiment, points } = state;
    if (!state.hasPlayed && experiment) {
      const { table } = chosen(state.catalogue, "dataset", experiment.dataset) ?? {};
      return words.firstVisit(table ? words.goals.table(table.target) : words.goals[experiment.task]);
    }
    const notes = state.notes.map(({ message }) => message).join(" ");
    if (state.playing && experiment) {
      const samples = points?.parts.train?.points.length ?? 0;
      return notes || words.running(samples, experiment.batch_size ?? samples);
    }
    if (state.phase === "finished") return words.finished(state.reason ?? "");
    if (notes) return notes;
    return state.step > 0 ? (state.reason ?? words.paused) : words.ready;
  }

  /** What a step by one sample or one batch has done.
   * @type {(state: State, last: LastUpdate) => string} */
  function stepWords({ points, measured }, { samples, loss_before: before, loss }) {
    const { step = 0, epoch = 0 } = measured ?? {};
    const train = points?.parts.train;
    const [index] = samples;
    const target = samples.length === 1 && points && train ? targetWords(train.targets[index], points) : null;
    const one = target !== null;
    const [from, to] = [before, loss].map(quantity);
    const direction = from === to ? 0 : (loss ?? 0) - (before ?? 0);
    const all = train?.points.length ?? 0;
    const seen = Math.round((epoch - Math.floor(epoch)) * all);
    return [
      words.stepped(step, one ? { index, target } : null, samples.length),
      words.lossMoved(from, to, one, direction),
      words.seen(Math.floor(epoch), seen, all),
    ].join(" ");
  }

  /** @type {(text: string, click: () => void) => unknown} */
  const action = (text, click) => textButton({ text, help: words.actionHelp, click });

  const dismiss = () =>
    iconButton({ icon: icons.close, name: words.dismiss, help: words.dismiss, click: () => store.apply(told, null) });

  /** @param {State} state */
  function waysOut({ catalogue, experiment }) {
    const entry = chosen(catalogue, "optimizer", experiment?.optimizer);
    const reset = action(words.reset, () => actions.reset());
    if (!experiment || !entry) return reset;
    const rate = Number(argumentOf(experiment.optimizer, entry, "learning_rate"));
    const lower = Number((rate > 10 ? 0.1 : rate / 10).toPrecision(3));
    const patch = { optimizer: withArgument(experiment.optimizer, entry, "learning_rate", lower) };
    return html`${reset}${action(words.lowerRate(lower), () => actions.change(patch, { reset: true, play: true }))}`;
  }

  const suggestions = () => html`
    ${SUGGESTIONS.map(({ label, help, word, patch, dock }) =>
      textButton({
        text: label,
        help,
        click: () => {
          const { experiment, catalogue } = store.state;
          if (!experiment || !catalogue) return;
          store.apply(set, { dock });
          actions.change(patch(experiment, catalogue), { reset: true, play: true, word });
        },
      }),
    )}
    ${iconButton({
      icon: icons.close,
      name: strings.suggestions.close,
      help: strings.suggestions.closeHelp,
      click: () => store.apply(set, { suggestionsClosed: true }),
    })}
  `;
}

/** Whether this network has clearly learned: nearly all right, or a loss far below where it began.
 * @type {(state: State) => boolean} */
function hasLearned({ history, experiment }) {
  if (experiment?.task === "regression") {
    const [first] = history.columns.train_loss ?? [];
    return (lastOf(history, "train_loss") ?? Infinity) < 0.05 * (first ?? 0);
  }
  const measure = experiment?.task === "multilabel" ? "binary_accuracy" : "accuracy";
  return Math.min(lastOf(history, `train_${measure}`) ?? 0, lastOf(history, `test_${measure}`) ?? 1) >= 0.95;
}
