// The list of what was graded before: each entry can be brought back or deleted.

import { button, draw, find, make } from "./element.js";
import * as history from "./history.js";
import { offerUndo } from "./toast.js";

const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

const firstWords = (text, most = 160) => text.trim().replace(/\s+/g, " ").slice(0, most);

function outcome({ values, result }) {
  if (values.mode === "evaluate") return [String(result.score), `Score ${result.score}`];
  if (result.winner === "tie") return ["=", "A tie"];
  return [result.winner.toUpperCase(), `${result.winner.toUpperCase()} is better`];
}

function change(text, kept) {
  const before = history.entries();
  history.keep(kept(before));
  showPast();
  find("history-title").focus({ preventScroll: true });
  offerUndo(text, () => {
    const ids = new Set(before.map((entry) => entry.id));
    const since = history.entries().filter((entry) => !ids.has(entry.id));
    history.keep([...since, ...before]);
    showPast();
  });
}

function row(entry, restore) {
  const { values, at } = entry;
  const [short, long] = outcome(entry);
  const title = firstWords(values.prompt);
  const open = button("", () => restore(entry), { class: "entry" });
  const second =
    values.mode === "compare"
      ? `${firstWords(values.response, 60)} | ${firstWords(values.other, 60)}`
      : firstWords(values.response);
  open.append(
    make("span", { class: "chip", "aria-hidden": "true" }, short),
    make("span", { class: "visually-hidden" }, `${long}: `),
    make(
      "span",
      { class: "entry-text" },
      make("span", { class: "entry-title", dir: "auto" }, title),
      make("span", { class: "entry-response quiet", dir: "auto" }, second),
    ),
    make("time", { class: "quiet", datetime: new Date(at).toISOString() }, when.format(at)),
  );
  const remove = button(
    "",
    () => change("Deleted.", (all) => all.filter((other) => other.id !== entry.id)),
    { class: "icon", "aria-label": `Delete: ${long}, ${title}` },
  );
  const cross = { d: "M7 7l10 10M17 7L7 17", stroke: "currentColor", "stroke-width": "2" };
  remove.append(
    draw("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, draw("path", cross)),
  );
  return make("li", {}, open, remove);
}

let bringBack = () => {};

/** Draws the list as it is stored now. */
export function showPast() {
  const entries = history.entries();
  find("entries").replaceChildren(...entries.map((entry) => row(entry, bringBack)));
  find("forget-all").hidden = !entries.length;
  find("history-hint").textContent = !history.isKept()
    ? "This browser keeps nothing more; the list is gone when the page is closed."
    : entries.length
      ? "Kept in this browser only."
      : "What you grade is listed here, and kept in this browser only.";
}

/** Draws the list, now and whenever another tab changes it; call once. */
export function setUpPast(restore) {
  bringBack = restore;
  find("forget-all").addEventListener("click", () => change("History deleted.", () => []));
  addEventListener("storage", ({ key }) => (key === history.KEY || key === null) && showPast());
  showPast();
}
