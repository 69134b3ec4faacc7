// What to say when a request about a table has failed.

import { Refusal } from "../../api.js";
import { problemText } from "../../store.js";
import { strings } from "../../strings.js";

/** `known` has the texts for some statuses; an empty one says nothing.
 * @type {(error: unknown, known: Record<number, string>) => string} */
export function failureText(error, known) {
  if (!(error instanceof Refusal)) return strings.status.unreachable;
  return known[error.problem.status] ?? problemText(error.problem);
}
