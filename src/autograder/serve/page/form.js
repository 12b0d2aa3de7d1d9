// The form: its texts as a request and back, ready-made rubrics, and faults at their fields.

import { find, make } from "./element.js";
import { PRESETS } from "./presets.js";

const OWN = "";
const TEXTS = ["prompt", "response", "other", "rubric", "reference"];
const FIELDS = [...TEXTS, "tokens"];
const rubrics = new Map(Object.values(PRESETS).flatMap((group) => Object.entries(group)));
const knownRubrics = new Set(rubrics.values());
let ownRubric = "";

const mode = () => document.querySelector("input[name=mode]:checked").value;

/** Shows the fields of the mode that is chosen. */
export function showMode() {
  const comparing = mode() === "compare";
  document.documentElement.dataset.mode = mode();
  find("response-label").textContent = comparing ? "Response A" : "Response";
  find("go-text").textContent = comparing ? "Compare" : "Grade";
  find("length").hidden = !find("reasoning").checked;
  for (const field of FIELDS) markFault(field, "");
}

/** What the form holds: all texts, whichever mode is chosen. */
export function readForm() {
  const values = Object.fromEntries(TEXTS.map((field) => [field, find(field).value]));
  const tokens = find("tokens").valueAsNumber;
  return { mode: mode(), ...values, reasoning: find("reasoning").checked, tokens };
}

/** Puts back what `readForm` gave; what is left out stays as it is. */
export function fillForm(values) {
  for (const field of TEXTS) find(field).value = values[field] ?? find(field).value;
  if (values.mode) document.querySelector(`input[value=${values.mode}]`).checked = true;
  if (values.reasoning !== undefined) find("reasoning").checked = values.reasoning;
  if (Number.isInteger(values.tokens)) find("tokens").value = String(values.tokens);
  find("more").open = find("reference").value !== "";
  noteRubric();
  showMode();
}

/** The service's request for what the form holds. */
export function requestOf(values) {
  const { prompt, rubric, reference } = values;
  const shared = { prompt, rubric, ...(reference.trim() ? { reference } : {}) };
  if (values.mode === "compare") return { ...shared, a: values.response, b: values.other };
  const body = { ...shared, response: values.response, reasoning: values.reasoning };
  return values.reasoning ? { ...body, max_reasoning_tokens: values.tokens } : body;
}

/** Marks the first field that cannot be sent, and moves there; false where there is none. */
export function markUnsendable(values) {
  for (const field of FIELDS) markFault(field, "");
  const wanted = ["prompt", "response", ...(values.mode === "compare" ? ["other"] : []), "rubric"];
  const empty = wanted.find((field) => !values[field].trim());
  if (empty) return showFault(empty, `${nameOf(empty)} is empty; write or paste its text.`);
  const length = values.mode === "evaluate" && values.reasoning ? values.tokens : 1;
  if (Number.isInteger(length) && length >= 1) return false;
  return showFault("tokens", "Length: has to be a whole number, 1 or more.");
}

const nameOf = (field) =>
  field === "tokens" ? "Length" : document.querySelector(`label[for=${field}]`).textContent;

/**
 * Shows a fault at the field that the service named; false where it is not one of the form's.
 *
 * @param {string} field as on the wire, perhaps with a path: `body.max_reasoning_tokens`.
 */
export function showServiceFault(field, message) {
  const name = field.split(".").at(-1);
  const own = { a: "response", b: "other", max_reasoning_tokens: "tokens" }[name] ?? name;
  return FIELDS.includes(own) && showFault(own, `${nameOf(own)}: ${message}`);
}

function showFault(field, message) {
  markFault(field, message);
  if (field === "reference") find("more").open = true;
  find(field).focus();
  return true;
}

function markFault(field, message) {
  find(`${field}-fault`).textContent = message;
  if (message) find(field).setAttribute("aria-invalid", "true");
  else find(field).removeAttribute("aria-invalid");
}

/** Makes the list of rubrics agree with the rubric that stands in the field. */
function noteRubric() {
  const text = find("rubric").value;
  const known = [...rubrics].find(([, rubric]) => rubric === text);
  find("preset").value = known ? known[0] : OWN;
  if (!known) ownRubric = text;
}

function choosePreset() {
  const text = find("rubric").value;
  // A rubric somebody wrote is not lost: it comes back with the first entry.
  if (!knownRubrics.has(text)) ownRubric = text;
  const chosen = rubrics.get(find("preset").value) ?? ownRubric;
  find("rubric").value = chosen;
  if (chosen.includes("reference")) find("more").open = true;
  markFault("rubric", "");
}

/** Fills the list of rubrics and follows what the user does; call once. */
export function setUpForm() {
  const groups = Object.entries(PRESETS).map(([label, group]) =>
    make(
      "optgroup",
      { label },
      ...Object.keys(group).map((name) => make("option", { value: name }, name)),
    ),
  );
  find("preset").append(make("option", { value: OWN }, "Your own"), ...groups);
  find("preset").addEventListener("change", choosePreset);
  find("rubric").addEventListener("input", noteRubric);
  find("texts").addEventListener("change", showLengthOrMode);
  for (const field of FIELDS) find(field).addEventListener("input", () => markFault(field, ""));
  noteRubric();
  showMode();
}

function showLengthOrMode(event) {
  if (event.target.name === "mode" || event.target.id === "reasoning") showMode();
}
