// What is asked of the server besides: the points, the changes of a run, what is wrong with it, what a part of it is
// worth. Answers follow the run a little behind, and are not asked for too often.

import * as api from "./api.js";
import { isUnmeasured } from "./current_step.js";
import { answerOf, problemsOf, rowOf } from "./prediction.js";
import * as store from "./store.js";
import { placeOf } from "./weights.js";

const EXAMINE_MS = 1000;
const INSPECT_MS = 1000;
const MEASURE_MS = 500;
const TRAVEL_MS = 4000;
const PREDICT_MS = 150; // while somebody types, and while the network learns
const FURTHER = 1.2;

export class Polling {
  #pointsOf = "";
  #examine = seldom(EXAMINE_MS, () => this.#examination());
  #evaluate = seldom(EXAMINE_MS, () => this.#evaluation());
  #distribute = seldom(EXAMINE_MS, () => this.#distribution());
  #travel = seldom(TRAVEL_MS, () => this.#journey());
  #inspect = seldom(INSPECT_MS, () => this.#inspection());
  #measure = seldom(MEASURE_MS, () => this.#measurement());
  #predict = seldom(PREDICT_MS, () => this.#prediction());

  /** @param {store.Store} page */
  constructor(page) {
    this.store = page;
  }

  /** The points, when they may have changed. @param {boolean} [anew] whether they are fetched in any case */
  async points(anew = false) {
    const { session, confirmed } = this.store.state;
    if (!session || !confirmed) return;
    const key = JSON.stringify([session, confirmed.task, confirmed.dataset, confirmed.features]);
    if (key === this.#pointsOf && !anew) return;
    this.#pointsOf = key;
    try {
      this.store.apply(store.pointsArrived, await api.getPoints(session));
    } catch {
      this.#pointsOf = "";
    }
  }

  /** The changes made to the run. */
  async journal() {
    const { session, run } = this.store.state;
    if (!session) return;
    try {
      const journal = await api.getJournal(session);
      if (this.store.state.run === run) this.store.apply(store.set, { journal });
    } catch {
      // The marks on the time strip are a convenience; the next change fetches them again.
    }
  }

  /** The tables that were uploaded to this server. */
  async tables() {
    this.store.apply(store.tablesArrived, await api.getTables());
  }

  /** How good the network is at the step at which training rests, if that is not known: it has ended between two
   * rows. */
  measure() {
    this.#measure();
  }

  async #measurement() {
    const { session } = this.store.state;
    if (!session || !isUnmeasured(this.store.state)) return;
    const found = await api.getSession(session);
    if (this.store.state.session === session) this.store.apply(store.measured, found);
  }

  /** Asks the doctor. */
  examine() {
    this.#examine();
  }

  async #examination() {
    await this.#learn(api.getDiagnosis, (diagnosis) => ({ diagnosis }));
  }

  /** Asks for the errors. */
  evaluate() {
    this.#evaluate();
  }

  async #evaluation() {
    await this.#learn(api.getEvaluation, (evaluation) => ({ evaluation }));
  }

  /** Asks for the distributions, now and along the run. */
  distribute() {
    this.#distribute();
  }

  async #distribution() {
    await this.#learn(api.getDistributions, (distributions) => ({ distributions }));
    this.#travel();
  }

  /** Asks about the run, and keeps the answer unless it comes too late.
   * @template {{ run: string }} T @param {(session: string) => Promise<T>} ask
   * @param {(found: T) => Partial<store.State>} change */
  async #learn(ask, change) {
    const { session, run } = this.store.state;
    if (!session) return;
    const found = await ask(session);
    if (found.run === run && this.store.state.run === run) this.store.apply(store.set, change(found));
  }

  /** The distributions along the run, when it has come noticeably further: that costs the server more. */
  async #journey() {
    const { session, run, epoch, course } = this.store.state;
    if (!session || (course && epoch < course.epoch * FURTHER + 1)) return;
    const found = await api.getCourse(session);
    if (found.run === run && this.store.state.run === run) this.store.apply(store.set, { course: found });
  }

  /** Asks for the prediction of the values in the form. Answers arrive in the order of the requests. */
  predict() {
    this.#predict();
  }

  async #prediction() {
    const { session, run, points, trial, visit } = this.store.state;
    if (!session || !points || !trial || Object.keys(trial.problems).length > 0) return;
    try {
      const found = await api.predict(session, rowOf(points.fields, trial), visit);
      const now = this.store.state;
      const current = now.run === run && now.points === points && now.visit === visit;
      if (current) this.store.apply(store.set, { prediction: answerOf(found, trial.values) });
    } catch (error) {
      if (!(error instanceof api.Refusal) || error.problem.status !== 422 || this.store.state.trial !== trial)
        throw error;
      const problems = problemsOf(error.problem.errors ?? [], points.fields);
      this.store.apply(store.set, { trial: { ...trial, problems } });
    }
  }

  /** Asks about the unit or the weight that is looked at. */
  inspect() {
    this.#inspect();
  }

  async #inspection() {
    const { session, run, editing: part, parameters, experiment, visit } = this.store.state;
    if (!session || !part || !experiment) return;
    const weight = placeOf(part);
    const [kind, layer, unit] = part.split(".");
    const isUnit = kind === "unit";
    if (!isUnit && weight?.input === undefined) return;
    const hidden = experiment.layers.length;
    /** @type {{ layer: number, unit: number, input?: number } | null} */
    let off = null;
    if (isUnit && Number(layer) < hidden) off = { layer: Number(layer), unit: Number(unit) };
    if (weight && weight.input !== null) {
      const units = experiment.layers[weight.layer]?.units ?? parameters?.layers[weight.layer]?.fan_out ?? 1;
      off = { layer: weight.layer, unit: weight.unit % units, input: weight.input };
    }
    const [cost, units] = await Promise.all([
      off && api.getAblation(session, off, visit),
      isUnit ? api.getUnits(session, Number(layer), visit) : [],
    ]);
    const now = this.store.state;
    if (now.run === run && now.editing === part) this.store.apply(store.set, { inspection: { part, cost, units } });
  }
}

/** Does something soon, but not more often than every so many milliseconds; once more if it is wanted meanwhile. What
 * fails is asked for again by whatever happens next.
 * @type {(milliseconds: number, deed: () => Promise<void>) => () => void} */
function seldom(milliseconds, deed) {
  let waiting = false;
  let busy = Promise.resolve();
  let last = -Infinity;
  return () => {
    if (waiting) return;
    waiting = true;
    void busy.then(() => {
      setTimeout(
        () => {
          waiting = false;
          last = performance.now();
          busy = deed().catch(() => undefined);
        },
        Math.max(0, last + milliseconds - performance.now()),
      );
    });
  };
}
