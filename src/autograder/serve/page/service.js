// Whether the service is there and its judge loaded: asked until it is, and again after trouble.

import { find } from "./element.js";
import { readiness } from "./wire.js";

const WORDS = {
  ready: "Ready",
  loading: "Not ready yet",
  offline: "Not reachable",
};
const PAUSE_MS = 2000;

let state = "unknown";
let timer = 0;
let waiting = [];

function setState(next) {
  state = next;
  // Only a change is written, so that it is announced once.
  if (find("state").dataset.state !== next) {
    find("state").dataset.state = next;
    find("state-text").textContent = WORDS[next];
  }
  if (next === "loading") return;
  for (const resolve of waiting) resolve();
  waiting = [];
}

/** Asks now, and goes on asking until the judge is ready. */
export async function poll() {
  clearTimeout(timer);
  setState(await readiness());
  clearTimeout(timer); // another poll may have ended meanwhile
  if (state !== "ready") timer = setTimeout(poll, PAUSE_MS);
}

/** Whether the judge is still being loaded. */
export const isLoading = () => state === "loading";

/** Resolves when the judge is no longer loading; rejects when the signal aborts. */
export function loaded(signal) {
  return new Promise((resolve, reject) => {
    waiting.push(resolve);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

addEventListener("offline", poll);
addEventListener("online", poll);
