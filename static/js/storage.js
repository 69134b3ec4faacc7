// What the browser remembers about this visitor's page: never about the person, and never needed.

/** @typedef {"theme" | "played" | "suggestions" | "dock" | "smoothing"} Key */

/** @type {(key: Key) => string | null} */
export function recall(key) {
  try {
    return localStorage.getItem(`gradlab.${key}`);
  } catch {
    return null; // storage may be forbidden
  }
}

/** @type {(key: Key, value: string) => void} */
export function remember(key, value) {
  try {
    localStorage.setItem(`gradlab.${key}`, value);
  } catch {
    // then it is not remembered
  }
}
