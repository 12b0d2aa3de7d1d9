// One line at the bottom of the page that says what was done and takes it back. It stays until
// it is used, dismissed or replaced: nobody has to be quick.

import { find } from "./element.js";

let takeBack = null;

/** Hides the line. */
export function dismiss() {
  const hadFocus = find("toast").contains(document.activeElement);
  find("toast").hidden = true;
  takeBack = null;
  if (hadFocus) find("result").focus({ preventScroll: true });
}

/** Says what was done and offers to undo it. */
export function offerUndo(text, undo) {
  takeBack = undo;
  find("toast-text").textContent = text;
  find("toast").hidden = false;
}

find("dismiss").addEventListener("click", dismiss);
find("undo").addEventListener("click", () => {
  const undo = takeBack;
  dismiss();
  undo?.();
});
