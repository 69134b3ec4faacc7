// What the user does, and what is left of it when the server refuses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Actions } from "../../static/js/actions.js";
import { INITIAL, Store } from "../../static/js/store.js";
import { DEFAULT } from "./catalogue.js";

/** @type {(run: string, experiment: object) => object} */
const session = (run, experiment) => ({ id: "s", run, stage: 1, state: "ready", step: 0, epoch: 0, experiment });

/** Actions on a session that plays, with a server that answers each request, such as `PATCH`, as told.
 * @param {Record<string, { status?: number, body: object }>} answers */
function playing(answers) {
  /** @type {string[]} */
  const asked = [];
  globalThis.fetch = async (_, options) => {
    const method = options?.method ?? "GET";
    asked.push(method);
    const { status = 200, body } = answers[method] ?? { body: {} };
    return Response.json(body, { status });
  };
  const known = { ...INITIAL, schema: {}, experiment: DEFAULT, confirmed: DEFAULT };
  const page = new Store({ ...known, session: "s", run: "one", phase: "running", playing: true, step: 9 });
  return { page, actions: new Actions(page), asked };
}

/** @type {(isSo: () => boolean) => Promise<void>} */
async function until(isSo) {
  while (!isSo()) await new Promise((done) => setTimeout(done));
}

const refusal = { status: 409, body: { title: "Refused", detail: "It cannot play." } };

test("a change that was made can be undone though playing on is refused", async () => {
  const changed = { ...DEFAULT, seed: 7 };
  const { page, actions, asked } = playing({ PATCH: { body: session("two", changed) }, POST: refusal });
  actions.change({ seed: 7 }, { reset: true });
  await until(() => page.state.word?.kind === "refusal");
  assert.equal(page.state.word?.text, "It cannot play.");
  assert.deepEqual(
    asked.filter((method) => method !== "GET"),
    ["PATCH", "POST"],
  );
  assert.equal(page.state.playing, false);
  assert.equal(page.state.experiment?.seed, 7);
  assert.equal(page.state.past.length, 1, "the change holds, and so does its undo");
});

test("a change that is refused leaves nothing to undo", async () => {
  const { page, actions } = playing({ PATCH: refusal });
  actions.change({ seed: 7 }, { reset: true });
  await until(() => page.state.word?.kind === "refusal");
  assert.deepEqual([page.state.experiment, page.state.past], [DEFAULT, []]);
});
