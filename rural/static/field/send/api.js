// The server's field API. Every way of failing has a type, because the queue does something else
// for each of them.

const BASE = "/field/api/";
const TIMEOUT_MS = 60_000;

/** No answer came: no network, a dropped connection, a server that is restarting. */
export class Unreachable extends Error {}

/** Nobody is signed in any more. */
export class SignedOut extends Error {}

/** The server answered, but not with what was asked for. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

let csrf = "";

async function call(method, path, { json, bytes } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrf;
  if (json) headers["Content-Type"] = "application/json";
  if (bytes) headers["Content-Type"] = "application/octet-stream";
  const body = json ? JSON.stringify(json) : bytes;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let answer;
  let text;
  try {
    answer = await fetch(BASE + path, { method, headers, body, signal, cache: "no-store", redirect: "error" });
    text = await answer.text();
  } catch (error) {
    throw new Unreachable(path, { cause: error });
  }
  return understood(answer, text);
}

function understood(answer, text) {
  const isJson = /\bjson\b/.test(answer.headers.get("Content-Type") ?? "");
  // A captive portal or a proxy's error page answers in HTML: as good as no network.
  if (!isJson && answer.ok) throw new Unreachable("not our server");
  const content = isJson ? parsed(text) : {};
  if (answer.ok) return { status: answer.status, ...content };
  if (answer.status === 401) throw new SignedOut();
  if ([502, 503, 504].includes(answer.status)) throw new Unreachable(`HTTP ${answer.status}`);
  throw new Refused(answer.status, content);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Unreachable("half an answer", { cause: error });
  }
}

export async function session() {
  const found = await call("GET", "session");
  csrf = found.csrf;
  return found;
}

export const forms = () => call("GET", "forms");
export const choices = () => call("GET", "choices");
export const visits = () => call("GET", "visits");
export const households = (village) => call("GET", `households?village=${encodeURIComponent(village)}`);
export const leads = () => call("GET", "leads");
export const reminders = () => call("GET", "reminders");
export const commission = () => call("GET", "commission");
export const post = (path, json) => call("POST", path, { json });
export const submit = (submission) => call("POST", "submissions", { json: submission });
export const submission = (root) => call("GET", `submissions/${root}`);
export const attachment = (sha256) => call("GET", `attachments/${sha256}`);
export const putChunk = (sha256, offset, size, bytes) =>
  call("PUT", `attachments/${sha256}?offset=${offset}&size=${size}`, { bytes });

export async function signOut() {
  await fetch("/sign-out", { method: "POST", headers: { "X-CSRFToken": csrf }, redirect: "manual" });
}
