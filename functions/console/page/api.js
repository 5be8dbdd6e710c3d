// The API, which is all that the console uses. The token is in this module's memory: a reload, or
// another tab, signs in anew.

const BASE = new URL("../", import.meta.url);

let token = null;
let signIn = null;
let signingIn = null;

/** How a token is asked for: a function whose promise is the token. */
export function signInBy(ask) {
  signIn = ask;
}

export function forgetToken() {
  token = null;
}

/** Asks for a token, unless there is one. */
export async function beSignedIn() {
  if (token === null) await askForToken();
}

/** Where the service is, without a slash at the end. */
export function origin() {
  return BASE.href.replace(/\/$/, "");
}

/** The path of a template; what is put into it is one segment, whatever is in it. */
export function path(parts, ...values) {
  return parts.reduce((whole, part, at) => whole + segment(values[at - 1]) + part);
}

function segment(value) {
  const text = String(value);
  // A browser takes these for directions, also when they are encoded.
  if (text === "" || text === "." || text === "..") throw new Refused(0, { detail: "This id cannot be in an address." });
  return encodeURIComponent(text);
}

/** What did not work, in the service's own words. */
export class Refused extends Error {
  constructor(status, problem, requestId) {
    super(problem?.detail ?? problem?.message ?? `The service answered ${status}.`);
    this.status = status;
    this.errorKey = problem?.errorKey;
    this.requestId = requestId;
  }

  /** Whether the service does not have this part of the API. */
  get isUnknownRoute() {
    return this.status === 404 && this.errorKey === "routeNotFound";
  }
}

/** Signs in with step 0; the answer is the token. */
export async function authenticate(username, password) {
  const answer = await send("POST", "/api/authenticate", { body: { username, password, rememberMe: false } });
  return (await understood(answer)).id_token;
}

export async function read(where, options) {
  return (await ask("GET", where, options)).content;
}

export async function act(method, where, options) {
  return (await ask(method, where, options)).content;
}

/** A page of a list: its entries, and how many there are in all, which not every list knows. */
export async function list(where, query, options) {
  const { content, headers } = await ask("GET", where, { ...options, query });
  const entries = Array.isArray(content) ? content : (content.items ?? content.operations ?? []);
  const total = headers.get("x-total-count");
  const hasMore = /rel="next"/.test(headers.get("link") ?? "");
  return { entries, total: total === null ? null : Number(total), hasMore };
}

/** As `read`, but null if there is nothing there. */
export async function readIfThere(where, options) {
  try {
    return await read(where, options);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

async function ask(method, where, options = {}) {
  for (;;) {
    await beSignedIn();
    const used = token;
    const answer = await send(method, where, { ...options, token: used });
    if (answer.status !== 401) return { content: await understood(answer), headers: answer.headers };
    // Somebody else may have signed in meanwhile.
    if (token === used) token = null;
  }
}

/** One question for all requests that wait. */
function askForToken() {
  signingIn ??= signIn().then((given) => { token = given; }).finally(() => { signingIn = null; });
  return signingIn;
}

async function send(method, where, { query, body, signal, token: bearer }) {
  const url = new URL(where.replace(/^\//, ""), BASE);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, value);
  }
  const headers = { accept: "application/json" };
  if (bearer) headers.authorization = `Bearer ${bearer}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  try {
    return await fetch(url, { method, headers, signal, credentials: "omit", cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, { detail: "The service cannot be reached. Check your connection, then try again." });
  }
}

async function understood(answer) {
  const text = await answer.text();
  let content = null;
  try {
    content = text === "" ? null : JSON.parse(text);
  } catch {
    // What stands in front of the service answers pages.
  }
  if (answer.ok) return content;
  const requestId = answer.headers.get("x-request-id") ?? answer.headers.get("apigw-requestid");
  if (answer.status === 429 && !content?.errorKey) content = { detail: "Too many requests at once. Wait a moment, then try again." };
  throw new Refused(answer.status, content, requestId);
}

const USERS = "/services/usermanagement/api/users";

export const PATHS = {
  appKeys: "/services/usermanagement/api/app-keys/Panorama",
  connections: "/services/usermanagement/api/panorama-credentials",
  files: "/services/operations/api/files",
  users: USERS,
  webhooks: "/services/alerts/api/alerts/webhooks",
  magicLinks: "/services/widgets/api/magic-link",
};

export const user = (id) => USERS + path`/${id}`;
export const credential = (id) => `${user(id)}/panorama-credentials`;
