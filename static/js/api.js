// REST: the one module that asks the server over HTTP. Addresses are relative, so that a sub-path works.

/** @import { AblationCost, Catalogue, Change, Command, Course, DatasetPoints, Diagnosis, Distributions, Evaluation,
 *    FoundTable, NewToken, Patch,
 *    Prediction, Problem, Schema, Session, Table, Token, UnitHistogram, WeightChange } from "./types.js" */

/** What the server said no to, as a problem document. */
export class Refusal extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

/** The server did not answer at all. */
export class Unreachable extends Error {}

const MOST_CHANGES = 1000;
const PATIENCE_MS = 15_000; // for a question; a command may already have been obeyed, so its answer is waited for

/** @type {(method: string, path: string, body?: unknown) => Promise<any>} */
async function ask(method, path, body) {
  const file = body instanceof Blob;
  const headers = body === undefined ? undefined : { "Content-Type": file ? "text/csv" : "application/json" };
  const signal = method === "GET" ? AbortSignal.timeout(PATIENCE_MS) : undefined;
  /** @type {Problem} */
  let problem;
  try {
    const response = await fetch(path, {
      method,
      headers,
      signal,
      keepalive: method === "DELETE", // also when the page is being left
      body: file ? body : body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.ok) return response.status === 204 ? null : await response.json();
    problem = await readProblem(response);
  } catch (error) {
    throw new Unreachable(String(error));
  }
  throw new Refusal(problem);
}

/** @type {(response: Response) => Promise<Problem>} */
async function readProblem(response) {
  const { status, statusText } = response;
  const empty = { type: "about:blank", title: statusText, status, detail: "", errors: [] };
  try {
    return { ...empty, ...(await response.json()), status };
  } catch {
    return empty;
  }
}

/** @type {(id: string) => string} */
const session = (id) => `api/sessions/${encodeURIComponent(id)}`;

/** Has a server with several users know this browser from now on, by a cookie.
 * @type {() => Promise<void>} */
export const identify = () => ask("POST", "api/identity");

/** @type {() => Promise<Catalogue>} */
export const getCatalogue = () => ask("GET", "api/catalogue");

/** @type {() => Promise<Schema>} */
export const getSchema = () => ask("GET", "api/schema");

/** @type {(id: string) => string} */
const table = (id) => `api/datasets/${encodeURIComponent(id)}`;

/** @type {() => Promise<Table[]>} */
export const getTables = async () => (await ask("GET", "api/datasets")).datasets;

/** @type {(id: string) => Promise<FoundTable>} */
export const getTable = (id) => ask("GET", table(id));

/** @type {(id: string) => Promise<void>} */
export const deleteTable = (id) => ask("DELETE", table(id));

/** Brings back a table that was deleted a short while ago.
 * @type {(id: string) => Promise<FoundTable>} */
export const restoreTable = (id) => ask("POST", `${table(id)}/restore`);

/** @type {(file: File, options: [string, string][]) => Promise<FoundTable>} */
export const uploadTable = (file, options) => ask("POST", `api/datasets?${new URLSearchParams(options)}`, file);

/** What the server still waits for before it can train; null when it is ready.
 * @type {() => Promise<string | null>} */
export async function getWaitingFor() {
  try {
    await ask("GET", "readyz");
    return null;
  } catch (error) {
    if (!(error instanceof Refusal) || error.problem.status !== 503) throw error;
    const { waiting_for: reason } = /** @type {Problem & { waiting_for?: unknown }} */ (error.problem);
    return Array.isArray(reason) ? reason.join(", ") : String(reason ?? error.problem.detail);
  }
}

/** @type {(experiment: Patch) => Promise<Session>} */
export const createSession = (experiment) => ask("POST", "api/sessions", experiment);

/** @type {(id: string) => Promise<Session>} */
export const getSession = (id) => ask("GET", session(id));

/** Ends a session that this page has left, unless someone else is watching it.
 * @type {(id: string) => Promise<void>} */
export const deleteSession = (id) => ask("DELETE", `${session(id)}?unless_watched=true`);

/** With `keep` a new run begins with what was learned, with `play` it plays on.
 * @type {(id: string, patch: Patch, reset: boolean, keep: boolean, play: boolean) => Promise<Session>} */
export const patchSession = (id, patch, reset, keep, play) =>
  ask("PATCH", `${session(id)}${reset ? `?reset=true&keep=${keep}&play=${play}` : ""}`, patch);

/** Continues from an earlier epoch, in a new session or in the same one.
 * @type {(id: string, epoch: number, into: "new" | "same") => Promise<Session>} */
export const forkSession = (id, epoch, into) => ask("POST", `${session(id)}/fork`, { epoch, into });

/** The secret of a new link to watch a session; the one before is no longer good.
 * @type {(id: string) => Promise<string>} */
export const shareSession = async (id) => (await ask("POST", `${session(id)}/share`)).secret;

/** Takes the link back: whoever watches by it is cut off.
 * @type {(id: string) => Promise<void>} */
export const unshareSession = (id) => ask("DELETE", `${session(id)}/share`);

/** The id of the session that a link's secret opens.
 * @type {(secret: string) => Promise<string>} */
export const joinSession = async (secret) => (await ask("POST", "api/shares", { secret })).session;

/** @type {() => Promise<NewToken>} */
export const createToken = () => ask("POST", "api/tokens");

/** @type {() => Promise<Token[]>} */
export const getTokens = async () => (await ask("GET", "api/tokens")).tokens;

/** @type {(id: string) => Promise<void>} */
export const revokeToken = (id) => ask("DELETE", `api/tokens/${encodeURIComponent(id)}`);

/** @type {(id: string, command: Command) => Promise<Session>} */
export const sendCommand = (id, command) => ask("POST", `${session(id)}/commands`, command);

/** @type {(id: string) => Promise<DatasetPoints>} */
export const getPoints = (id) => ask("GET", `${session(id)}/dataset`);

/** @type {(id: string) => Promise<Change[]>} */
export const getJournal = async (id) => (await ask("GET", `${session(id)}/journal`)).entries;

/** @type {(id: string) => Promise<Diagnosis>} */
export const getDiagnosis = (id) => ask("GET", `${session(id)}/diagnosis`);

/** A wide maxout layer has more weights than the server takes at once.
 * @type {(id: string, changes: WeightChange[]) => Promise<void>} */
export async function patchParameters(id, changes) {
  for (let first = 0; first < changes.length; first += MOST_CHANGES) {
    await ask("PATCH", `${session(id)}/parameters`, { changes: changes.slice(first, first + MOST_CHANGES) });
  }
}

/** What it costs to switch off a unit, or a connection: now, or at an earlier epoch.
 * @type {(id: string, off: { layer: number, unit: number, input?: number }, epoch: number | null)
 *    => Promise<AblationCost>} */
export const getAblation = (id, off, epoch) => ask("POST", `${session(id)}/ablation${at(epoch)}`, { off: [off] });

/** @type {(id: string, layer: number, epoch: number | null) => Promise<UnitHistogram[]>} */
export const getUnits = async (id, layer, epoch) =>
  (await ask("GET", `${session(id)}/distributions/layers/${layer}${at(epoch)}`)).units;

/** @type {(epoch: number | null) => string} */
const at = (epoch) => (epoch === null ? "" : `?epoch=${epoch}`);

/** The prediction for one sample, and what influenced it: now, or at an earlier epoch.
 * @type {(id: string, row: (number | string | null)[], epoch: number | null) => Promise<Prediction>} */
export const predict = (id, row, epoch) =>
  ask("POST", `${session(id)}/predict${at(epoch)}`, { x: [row], explain: true });

/** @type {(id: string) => Promise<Distributions>} */
export const getDistributions = (id) => ask("GET", `${session(id)}/distributions`);

/** @type {(id: string) => Promise<Course>} */
export const getCourse = (id) => ask("GET", `${session(id)}/distributions/course?moments=40`);

/** @type {(id: string) => Promise<Evaluation>} */
export const getEvaluation = (id) => ask("GET", `${session(id)}/evaluation`);

/** The address of a session's stream.
 * @type {(id: string) => string} */
export function streamAddress(id) {
  const address = new URL(`${session(id)}/stream`, document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}
