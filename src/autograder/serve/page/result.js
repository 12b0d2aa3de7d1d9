// The result panel: waiting, a verdict with its reasoning, a comparison, or what went wrong.

import { button, find, make } from "./element.js";
import { distribution, percent, scaleOf } from "./picture.js";

const shown = find("shown");
let timer = 0;
let reasoningText = null;

const sentence = (names) => names.join(" and ").replace(/^./, (first) => first.toUpperCase());

/** Moves the focus to the panel, without scrolling. */
export function focusResult() {
  find("result").focus({ preventScroll: true });
}

/** Says something to screen readers only. */
export function say(text) {
  find("said").textContent = text;
}

/** Shows that an answer is being waited for, with the seconds since; null: no longer. */
export function progress(text) {
  find("progress").hidden = text === null;
  shown.setAttribute("aria-busy", String(text !== null));
  find("progress-text").textContent = text ?? "";
  clearInterval(timer);
  find("elapsed").textContent = "";
  if (text === null) return;
  const start = performance.now();
  timer = setInterval(() => {
    find("elapsed").textContent = `${Math.floor((performance.now() - start) / 1000)} s`;
  }, 1000);
}

/** Takes away everything but the heading. */
export function clear() {
  // The focus must not fall out of the page with the button that had it.
  if (find("problem").contains(document.activeElement)) focusResult();
  shown.replaceChildren();
  find("problem-text").replaceChildren();
  find("problem").replaceChildren(find("problem-text"));
  find("stale").hidden = true;
  reasoningText = null;
}

/** Shows that there is no verdict: why, and what can be done; null while one is awaited. */
export function showEmpty(text, action = null) {
  clear();
  const ghost = [0.12, 0.2, 0.36, 0.8, 0.48].map((share) => {
    const bar = make("span", { class: "bar" });
    bar.style.setProperty("--share", String(share));
    return make("span", { class: "column" }, bar);
  });
  shown.append(
    make(
      "div",
      { class: text === null ? "empty waiting" : "empty" },
      make("div", { class: "distribution", "aria-hidden": "true" }, ...ghost),
      ...(text === null ? [] : [make("p", {}, text)]),
      ...(action ? [action] : []),
    ),
  );
}

function facts(verdict) {
  const rows = [
    ["Expected score", verdict.expected_score.toFixed(2)],
    ["Confidence", percent(verdict.confidence)],
  ];
  return make(
    "dl",
    { class: "facts" },
    ...rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))),
  );
}

const bigScore = (verdict) =>
  make(
    "p",
    { class: "score" },
    make("b", {}, String(verdict.score)),
    make("span", { class: "of" }, make("span", { class: "visually-hidden" }, " out of "), "/5"),
  );

function cutNote(verdict, names = {}) {
  if (!verdict.truncated.length) return [];
  const cut = sentence(verdict.truncated.map((name) => names[name] ?? name));
  const verb = verdict.truncated.length > 1 ? "were" : "was";
  return [make("p", { class: "notice cut" }, `${cut} ${verb} cut in the middle to fit the model.`)];
}

function foot(model, json) {
  const copy = button("Copy as JSON", async () => {
    copy.textContent = (await copyText(JSON.stringify(json, null, 2))) ? "Copied" : "Not allowed";
    say(copy.textContent);
    setTimeout(() => (copy.textContent = "Copy as JSON"), 2000);
  });
  copy.className = "quiet-button";
  return make("div", { class: "foot" }, make("code", { class: "model" }, model), copy);
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS there is no clipboard but this old one.
    const area = make("textarea", { class: "visually-hidden", "aria-hidden": "true" });
    const focused = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focused?.focus({ preventScroll: true });
    return done;
  }
}

/**
 * Shows a verdict.
 *
 * @param {object} verdict
 * @param {boolean} isPending whether its reasoning is still to come.
 */
export function showVerdict(verdict, isPending = false) {
  clear();
  shown.append(
    make("div", { class: "headline" }, bigScore(verdict), facts(verdict)),
    distribution(verdict, scaleOf(verdict)),
    ...cutNote(verdict),
  );
  if (isPending || verdict.reasoning) {
    reasoningText = make("p", { class: "reasoning", dir: "auto" }, verdict.reasoning ?? "");
    shown.append(make("h3", {}, "Reasoning"), reasoningText);
  }
  if (isPending) reasoningText.classList.add("pending");
  else shown.append(foot(verdict.model, verdict));
}

/** Says a verdict's score to screen readers. */
export function sayVerdict(verdict) {
  say(
    `Score ${verdict.score} out of 5. Expected score ${verdict.expected_score.toFixed(2)}, ` +
      `confidence ${percent(verdict.confidence)}.`,
  );
}

/** Adds a piece of the reasoning to the verdict that is shown. */
export function addPiece(piece) {
  reasoningText?.append(piece);
}

/** Ends the verdict that is shown with its whole reasoning. */
export function complete(verdict) {
  reasoningText.classList.remove("pending");
  reasoningText.textContent = verdict.reasoning ?? "";
  shown.append(foot(verdict.model, verdict));
}

/** Ends the verdict that is shown, whose reasoning will not be finished. */
export function endEarly(verdict) {
  reasoningText.classList.remove("pending");
  reasoningText.append(make("span", { class: "cut-off" }, " (stopped here)"));
  shown.append(foot(verdict.model, verdict));
}

/** Shows which of two responses is better, and both verdicts side by side. */
export function showComparison(comparison) {
  clear();
  const { winner, a, b } = comparison;
  const scale = scaleOf(a, b);
  const margin = Math.abs(comparison.margin).toFixed(2);
  const sides = [
    ["A", a, "a"],
    ["B", b, "b"],
  ].map(([name, verdict, key]) =>
    make(
      "section",
      { class: winner === key ? "side winner" : "side", "aria-label": `Response ${name}` },
      make(
        "h3",
        {},
        name,
        ...(winner === key ? [make("span", { class: "badge" }, "better")] : []),
      ),
      make("div", { class: "headline" }, bigScore(verdict), facts(verdict)),
      distribution(verdict, scale),
      ...cutNote(verdict, { response: `response ${name}` }),
    ),
  );
  const headline = winner === "tie" ? "A tie" : `${winner.toUpperCase()} is better`;
  const higher = comparison.margin >= 0 ? "A" : "B";
  const by =
    Number(margin) === 0
      ? "Both have the same expected score."
      : `${higher}'s expected score is ${margin} higher.`;
  shown.append(
    make("p", { class: "winner-line" }, make("b", {}, headline), " ", make("span", {}, by)),
    make("div", { class: "sides" }, ...sides),
    foot(a.model, comparison),
  );
}

/** Says a comparison's outcome to screen readers. */
export function sayComparison() {
  say(shown.querySelector(".winner-line").textContent);
}

/** Shows what went wrong, above the verdict if there is one, with a button to try again. */
export function showProblem(fault, again) {
  const retry = button("Try again", again, { class: "quiet-button" });
  const what = shown.querySelector(".score") ? "The reasoning is not complete." : "Not graded.";
  find("problem-text").replaceChildren(make("b", {}, what), ` ${fault.message}`);
  find("problem").replaceChildren(find("problem-text"), retry);
  let left = Math.min(fault.retryAfterS, 3600);
  if (!left) return;
  retry.disabled = true;
  const tick = () => {
    retry.textContent = left > 0 ? `Try again in ${left} s` : "Try again";
    retry.disabled = left > 0;
    left -= 1;
    if (left < 0 || !retry.isConnected) clearInterval(countdown);
  };
  const countdown = setInterval(tick, 1000);
  tick();
}
