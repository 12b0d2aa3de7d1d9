// The page's course of action: take the texts, ask the service, show what it answers.

import { askForToken, currentToken, setUpAccess, tokenWorked } from "./access.js";
import { button, find } from "./element.js";
import {
  fillForm,
  markUnsendable,
  readForm,
  requestOf,
  setUpForm,
  showServiceFault,
} from "./form.js";
import * as history from "./history.js";
import { setUpPast, showPast } from "./past.js";
import { EXAMPLE } from "./presets.js";
import * as result from "./result.js";
import { isLoading, loaded, poll } from "./service.js";
import { dismiss, offerUndo } from "./toast.js";
import { compare, evaluate, Fault } from "./wire.js";

const isNarrow = matchMedia("(max-width: 59.99rem)"); // one column; the style has the same width

// The latest request. What an earlier one still answers is thrown away.
let run = null;
// The request whose result is shown, as JSON.
let answered = null;

const keyOf = (values) => JSON.stringify([values.mode, requestOf(values)]);

function setRunning(text) {
  result.progress(text);
  const hadFocus = document.activeElement === find("stop");
  find("stop").hidden = text === null;
  if (text === null && hadFocus) result.focusResult();
}

function markStale() {
  find("stale").hidden = answered === null || answered === keyOf(readForm());
}

/** Brings the result into view: to the top of a phone, and anywhere on a wide screen. */
function reveal() {
  const { top } = find("result").getBoundingClientRect();
  const lowest = innerHeight * (isNarrow.matches ? 0.1 : 0.6);
  if (top < 0 || top > lowest) find("result").scrollIntoView({ block: "start" });
}

/** Takes one step of a run and shows it; the last one is kept in the history. */
function show(step, mine) {
  const { values } = mine;
  if (step.verdict) {
    mine.verdict = step.verdict;
    answered = mine.key;
    result.showVerdict(step.verdict, true);
    result.sayVerdict(step.verdict);
    setRunning("Writing the reasoning");
    reveal();
  } else if (step.piece !== undefined) {
    result.addPiece(step.piece);
  } else {
    answered = mine.key;
    if (values.mode === "compare") {
      result.showComparison(step.done);
      result.sayComparison();
    } else if (mine.verdict) {
      result.complete(step.done);
      result.say(`Reasoning: ${step.done.reasoning ?? ""}`);
    } else {
      result.showVerdict(step.done);
      result.sayVerdict(step.done);
    }
    if (!mine.verdict) reveal();
    history.add(values, step.done);
    showPast();
  }
  tokenWorked();
  markStale();
}

async function* steps(values, options) {
  const body = requestOf(values);
  if (values.mode === "compare") yield { done: await compare(body, options) };
  else yield* evaluate(body, options);
}

/** Ends a run that has its verdict but not all of its reasoning. */
function endEarly(mine) {
  result.endEarly(mine.verdict);
  result.say("Stopped.");
  history.add(mine.values, mine.verdict);
  showPast();
}

function fail(error, mine) {
  if (!(error instanceof Fault)) throw error;
  if (mine.verdict) endEarly(mine);
  else result.clear();
  if (error.status === 503 || error.code === "unreachable") poll();
  if (error.status === 401) {
    result.showEmpty("Not graded: the service asks for a token.");
    askForToken();
  } else if (!mine.verdict && error.field && showServiceFault(error.field, error.message)) {
    result.showEmpty("Not graded: see the message at the marked field.");
  } else {
    result.showProblem(error, start);
  }
}

async function start() {
  const values = readForm();
  if (markUnsendable(values)) return;
  const key = keyOf(values);
  if (run?.key === key) return; // a double click
  run?.abort.abort();
  const mine = { key, values, abort: new AbortController(), verdict: null };
  run = mine;
  const { signal } = mine.abort;
  answered = null;
  dismiss();
  result.showEmpty(null);
  result.say("Grading");
  try {
    if (isLoading()) {
      setRunning("Waiting for the judge");
      reveal();
      await loaded(signal);
    }
    setRunning(values.mode === "compare" ? "Comparing" : "Grading");
    reveal();
    for await (const step of steps(values, { token: currentToken(), signal })) {
      if (run !== mine) return;
      show(step, mine);
    }
  } catch (error) {
    if (run !== mine) return;
    if (!signal.aborted) fail(error, mine);
    else if (mine.verdict) endEarly(mine);
    else {
      result.showEmpty("Stopped before there was a score.");
      result.say("Stopped.");
    }
  } finally {
    if (run === mine) {
      run = null;
      setRunning(null);
    }
  }
}

function stop() {
  run?.abort.abort();
}

function showStart() {
  const fill = () => replaceTexts(EXAMPLE, "Filled in.");
  const example = button("Fill in an example", fill, { class: "quiet-button" });
  result.showEmpty("The score, how sure the judge is of it, and why.", example);
}

/** Fills the form with other texts, which can be undone. */
function replaceTexts(values, text) {
  const before = readForm();
  fillForm(values);
  offerUndo(text, () => {
    fillForm(before);
    markStale();
  });
  markStale();
}

function restore(entry) {
  run?.abort.abort();
  run = null;
  setRunning(null);
  replaceTexts(entry.values, "Brought back.");
  answered = keyOf(entry.values);
  if (entry.values.mode === "compare") result.showComparison(entry.result);
  else result.showVerdict(entry.result);
  result.focusResult();
  reveal();
}

function onKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
    if (find("access").contains(event.target)) return;
    event.preventDefault();
    start();
  } else if (event.key === "Escape") {
    stop();
  }
}

setUpForm();
setUpAccess(start);
setUpPast(restore);
showStart();
if (/Mac|iPhone|iPad/.test(navigator.platform)) find("go-key").textContent = "⌘";
find("texts").addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
find("texts").addEventListener("input", markStale);
find("texts").addEventListener("change", markStale);
find("stop").addEventListener("click", stop);
document.addEventListener("keydown", onKey);
poll();
