// A score distribution as a picture: five columns, and a mark where its mean lies.

import { make } from "./element.js";

/** A probability for people, such as `71%` or `<1%`. */
export function percent(probability) {
  if (probability > 0 && probability < 0.005) return "<1%";
  if (probability < 1 && probability >= 0.995) return ">99%";
  return `${Math.round(probability * 100)}%`;
}

/** The height that stands for a full column: the same for all verdicts that stand side by side. */
export const scaleOf = (...verdicts) =>
  Math.max(0.5, ...verdicts.flatMap((verdict) => verdict.probabilities));

/**
 * The picture of a verdict's distribution, with the same in words for those who can't see it.
 *
 * @param {{probabilities: number[], expected_score: number, score: number}} verdict
 * @param {number} scale the probability of a full column.
 */
export function distribution(verdict, scale) {
  const columns = verdict.probabilities.map((probability, index) => {
    const bar = make("span", { class: "bar" });
    bar.style.setProperty("--share", String(probability / scale));
    const chosen = index + 1 === verdict.score ? " chosen" : "";
    return make(
      "span",
      { class: `column${chosen}` },
      make("span", { class: "share" }, percent(probability)),
      bar,
      make("span", { class: "digit" }, String(index + 1)),
    );
  });
  const mark = make("span", { class: "mean" });
  mark.style.setProperty("left", `${((verdict.expected_score - 0.5) / 5) * 100}%`);
  const words = verdict.probabilities.map((p, index) => `${index + 1}: ${percent(p)}`);
  const label =
    `Probability of each score. ${words.join(", ")}. ` +
    `Expected score ${verdict.expected_score.toFixed(2)}.`;
  return make("div", { class: "distribution", role: "img", "aria-label": label }, ...columns, mark);
}
