// The token that the service may ask for: asked for only then, kept until the tab is closed.

import { find } from "./element.js";
import { read, write } from "./storage.js";

const KEY = "autograder.token";
let token = read("sessionStorage", KEY) ?? "";

/** The token that was given, or an empty string. */
export const currentToken = () => token;

/** Asks for a token because the service refused the request. */
export function askForToken() {
  ask(token ? "The service did not accept this token." : "");
}

function ask(fault) {
  find("access").hidden = false;
  find("token-fault").textContent = fault;
  find("token").focus();
}

/** Hides the field once a token was accepted. */
export function tokenWorked() {
  if (find("access").contains(document.activeElement)) find("result").focus();
  find("access").hidden = true;
  find("token").value = "";
}

/** Sends the request again when a token was given; call once. */
export function setUpAccess(again) {
  find("access").addEventListener("submit", (event) => {
    event.preventDefault();
    const given = find("token").value.trim();
    if (!/^[!-~]+$/.test(given)) {
      ask("A token has only letters, digits and signs of ASCII, and no spaces.");
      return;
    }
    token = given;
    write("sessionStorage", KEY, token);
    find("token-fault").textContent = "";
    again();
  });
}
