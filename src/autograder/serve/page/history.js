// What was graded in this browser: kept newest first, up to a limit, and never sent anywhere.
// Other tabs write to the same place, so it is read anew before each change.

import { read, write } from "./storage.js";
import { isComparison, isVerdict } from "./wire.js";

export const KEY = "autograder.history";
const MOST = 50;

// Stands in for a storage that is switched off or full, until the page is closed.
let own = null;

const isText = (value) => typeof value === "string";

/** Whether a stored value is an entry; anything may stand in the storage. */
function isEntry(value) {
  const { id, at, values, result } = value ?? {};
  return (
    isText(id) &&
    Number.isFinite(at) &&
    Boolean(values) &&
    ["prompt", "response", "other", "rubric", "reference"].every((key) => isText(values[key])) &&
    typeof values.reasoning === "boolean" &&
    ((values.mode === "evaluate" && isVerdict(result)) ||
      (values.mode === "compare" && isComparison(result)))
  );
}

/** All entries: {id, at: milliseconds, values: the form's, result: verdict or comparison}. */
export function entries() {
  if (own) return own;
  try {
    const stored = JSON.parse(read("localStorage", KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isEntry).slice(0, MOST) : [];
  } catch {
    return []; // not JSON: somebody else's, or cut off
  }
}

/** Keeps these entries; where space is short, as many of the newest as fit. */
export function keep(wanted) {
  const kept = wanted.slice(0, MOST);
  own = null;
  if (!kept.length) {
    if (!write("localStorage", KEY, null)) own = [];
    return;
  }
  for (let count = kept.length; count > 0; count = Math.floor(count / 2)) {
    if (write("localStorage", KEY, JSON.stringify(kept.slice(0, count)))) return;
  }
  own = kept;
}

/** Adds what was just graded and returns its entry. */
export function add(values, result) {
  const other = values.mode === "compare" ? values.other : "";
  const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  const entry = { id, at: Date.now(), values: { ...values, other }, result };
  keep([entry, ...entries()]);
  return entry;
}

/** Whether entries outlive this page. */
export const isKept = () => own === null;
