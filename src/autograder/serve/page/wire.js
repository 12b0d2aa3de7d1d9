// The service's wire: requests, streamed events and errors. Knows nothing of the page.

/** What went wrong, in words for the user. */
export class Fault extends Error {
  /**
   * @param {string} message what happened and what helps.
   * @param {{code?: string, field?: string, status?: number, retryAfterS?: number}} details
   */
  constructor(message, details = {}) {
    super(message);
    Object.assign(this, { code: "", field: "", status: 0, retryAfterS: 0 }, details);
  }
}

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** Whether a value has a verdict's shape; also asked of what the browser had stored. */
export function isVerdict(value) {
  return (
    Boolean(value) &&
    [1, 2, 3, 4, 5].includes(value.score) &&
    isNumber(value.expected_score) &&
    isNumber(value.confidence) &&
    Array.isArray(value.probabilities) &&
    value.probabilities.length === 5 &&
    value.probabilities.every((p) => isNumber(p) && p >= 0 && p < 1.001) &&
    (value.reasoning === null || typeof value.reasoning === "string") &&
    Array.isArray(value.truncated) &&
    value.truncated.every((name) => typeof name === "string") &&
    typeof value.model === "string"
  );
}

/** Whether a value has a comparison's shape. */
export function isComparison(value) {
  return (
    Boolean(value) &&
    ["a", "b", "tie"].includes(value.winner) &&
    isNumber(value.margin) &&
    isVerdict(value.a) &&
    isVerdict(value.b)
  );
}

function checked(value, isRight) {
  if (isRight(value)) return value;
  throw new Fault("The service sent something that is not a verdict; is this its address?");
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function faultOf(body, status = 0, retryAfter = null) {
  const error = body?.error ?? {};
  const message =
    typeof error.message === "string" && error.message
      ? error.message
      : `The service answered with status ${status} and no explanation.`;
  return new Fault(message, {
    code: String(error.code ?? ""),
    field: typeof error.field === "string" ? error.field : "",
    status,
    retryAfterS: /^\d+$/.test(retryAfter ?? "") ? Number(retryAfter) : 0,
  });
}

async function post(path, body, { token, signal }) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  let answer;
  try {
    const settings = { method: "POST", body: JSON.stringify(body), cache: "no-store" };
    answer = await fetch(path, { ...settings, headers, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Fault("The service cannot be reached; is it running?", { code: "unreachable" });
  }
  if (answer.ok) return answer;
  const explained = parse(await textOf(answer, signal));
  throw faultOf(explained, answer.status, answer.headers.get("Retry-After"));
}

async function textOf(answer, signal) {
  try {
    return await answer.text();
  } catch (error) {
    throw signal.aborted ? error : brokenOff();
  }
}

const brokenOff = () => new Fault("The answer broke off before its end.", { code: "broken_off" });

/** The events of a text/event-stream body, in order: {event, data}. */
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return; // an event without its blank line was cut off
      const blocks = (rest + value).split(/\r\n\r\n|\n\n|\r\r/);
      rest = blocks.pop();
      for (const block of blocks) {
        let event = "message";
        const data = [];
        for (const line of block.split(/\r\n|\n|\r/)) {
          const [, name, text] = /^([^:]*):? ?(.*)$/s.exec(line);
          if (name === "event") event = text;
          if (name === "data") data.push(text);
        }
        if (data.length) yield { event, data: data.join("\n") };
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // it may have failed already
  }
}

/**
 * Grades one response.
 *
 * Yields {verdict} as soon as the score stands, {piece} for each piece of the reasoning, and
 * {done: verdict} at the end.
 */
export async function* evaluate(body, options) {
  const answer = await post("evaluate", { ...body, stream: body.reasoning }, options);
  if (!answer.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    yield { done: checked(parse(await textOf(answer, options.signal)), isVerdict) };
    return;
  }
  try {
    for await (const { event, data } of events(answer.body)) {
      const value = parse(data);
      if (event === "error") throw faultOf(value);
      if (event === "verdict") yield { verdict: checked(value, isVerdict) };
      if (event === "reasoning") yield { piece: String(value?.text ?? "") };
      if (event === "done") {
        yield { done: checked(value, isVerdict) };
        return;
      }
    }
  } catch (error) {
    if (error instanceof Fault || options.signal.aborted) throw error;
    // The connection failed: the same as an end before `done`.
  }
  throw brokenOff();
}

/** Compares two responses. */
export async function compare(body, options) {
  const answer = await post("compare", body, options);
  return checked(parse(await textOf(answer, options.signal)), isComparison);
}

/** Whether the service is `ready`, still `loading`, or cannot be reached (`offline`). */
export async function readiness() {
  try {
    const answer = await fetch("ready", { cache: "no-store" });
    return answer.status === 503 ? "loading" : "ready";
  } catch {
    return "offline";
  }
}
