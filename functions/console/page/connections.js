// Every connection, worst first; and one farmer by name, e-mail address or an id.

import { PATHS, credential, list, readIfThere, read, user } from "./api.js";
import { button, choice, facts, field, h, said } from "./elements.js";
import { makeUser } from "./making_users.js";
import { moment } from "./moments.js";
import { meet, nameOf, reachedBy } from "./people.js";
import { empty, fill, paged } from "./states.js";

const SIZE = 20;

/** What each status means, in the words of somebody on the telephone. */
const STATUSES = {
  ACTIVE: ["good", "Active"],
  REVOKED: ["bad", "Switched off"],
  UNAUTHENTICATED: ["bad", "Login refused"],
  LIMITED_PERMISSION: ["warning", "Only in part"],
  PENDING: ["waiting", "Waiting for the farmer"],
};

/** A status as words with a mark: never by its colour alone. */
export function badge(status) {
  const [mood, words] = STATUSES[status] ?? ["none", status];
  return h("span", { class: `badge ${mood}` }, words);
}

/** What somebody is to do, in the service's own words. */
export function next(step) {
  return h("p", { class: "next" }, h("strong", null, "What to do: "), step);
}

export function showConnections({ signal }) {
  const results = h("section", { "aria-label": "Connections" });
  const filters = { status: "", appName: "", clientEnvironment: "", silentForDays: "" };
  const all = () => {
    const { place } = paged(
      (page) => list(PATHS.connections, { ...filters, page, size: SIZE }, { signal }),
      connection,
      () => Object.values(filters).some(Boolean)
        ? empty("No connection is like that.")
        : empty("Nobody is connected yet.", h("p", null, "Add a farmer, then make a magic link. Or follow ", h("a", { href: "#/walk-through" }, "the walk-through"), ".")),
    );
    results.replaceChildren(place);
  };
  const filter = (name) => (value) => { filters[name] = value; all(); };
  all();
  const add = button("Add a farmer", () => makeUser({ signal }));
  return [finder(results, all, signal), h("div", { class: "actions" }, add), narrowing(filter, signal), results];
}

function finder(results, all, signal) {
  const wanted = h("input", { type: "search", name: "farmer", autocomplete: "off", spellcheck: "false" });
  return h("form", { class: "finder", role: "search", onsubmit: (event) => {
    event.preventDefault();
    const text = wanted.value.trim();
    if (text === "") return all();
    const place = h("div", null);
    results.replaceChildren(place);
    return fill(place, () => find(text, signal), (found) => found.length === 0
      ? empty(`No farmer has exactly this name, e-mail address, external id or Leaf user id.`)
      : h("ul", { class: "cards" }, found.map((it) => h("li", null, farmer(it)))));
  } },
    field("Find a farmer", wanted, "The whole name, e-mail address, your external id, or the Leaf user id."),
    h("button", { class: "main" }, "Find"),
    h("button", { type: "reset", class: "quiet", onclick: () => setTimeout(all) }, "Show all"));
}

function narrowing(filter, signal) {
  const statuses = Object.entries(STATUSES).filter(([name]) => name !== "PENDING");
  const silent = [["", "Any time"], ["7", "7 days"], ["14", "14 days"], ["30", "30 days"], ["90", "90 days"]];
  const appName = choice([["", "All"]], filter("appName"));
  // Without them there is one choice less; the list itself says what is wrong.
  list(PATHS.appKeys, { size: 100 }, { signal }).then(({ entries }) => {
    const names = [...new Set(entries.map((it) => it.appName))];
    appName.append(...names.map((name) => h("option", { value: name }, name)));
  }, () => {});
  return h("div", { class: "filters", role: "group", "aria-label": "Which connections" },
    field("Status", choice([["", "All"], ...statuses.map(([name, [, words]]) => [name, words])], filter("status"))),
    field("App key", appName),
    field("Environment", choice([["", "Both"], ["PRODUCTION", "PRODUCTION"], ["STAGE", "STAGE"]], filter("clientEnvironment"))),
    field("No data for", choice(silent, filter("silentForDays"))));
}

/** An entry of the list of connections. */
function connection(it) {
  return h("article", { class: "connection" },
    h("div", { class: "who" }, h("h2", null, nameOf(it.leafUserId)), badge(it.status)),
    next(it.nextStep),
    facts(
      ["Since", moment(it.statusSince)],
      ["Last data", moment(it.lastDataAt) ?? "none yet"],
      ["On their way", it.filesPending > 0 ? `${it.filesPending} files` : null],
      ["App key", [said(it.appName), ` ${it.clientEnvironment}`]],
    ),
    it.reason && h("p", { class: "hint" }, said(it.reason)));
}

/** Leaf users whose name, e-mail address, external id or id this is, each with its connection. */
async function find(text, signal) {
  const by = (query) => list(PATHS.users, { ...query, size: SIZE }, { signal }).then(({ entries }) => entries);
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
  const found = await Promise.all([
    by({ name: text }), by({ email: text }), by({ externalId: text }),
    isId ? readIfThere(user(text), { signal }).then((one) => (one ? [one] : [])) : [],
  ]);
  const users = [...new Map(found.flat().map((it) => [it.id, it])).values()];
  users.forEach(meet);
  return Promise.all(users.map(async (it) => ({ user: it, ...(await connectionOf(it.id, signal)) })));
}

/** What a Leaf user has, or why it has nothing. */
export async function connectionOf(id, signal, query) {
  try {
    return { credential: await read(credential(id), { query, signal }) };
  } catch (error) {
    if (error.status !== 404 || error.errorKey === "leafUserNotFound") throw error;
    return { none: error };
  }
}

function farmer({ user: it, credential: has, none }) {
  return h("article", { class: "connection" },
    h("div", { class: "who" },
      h("h2", null, h("a", { href: `#/connections/${encodeURIComponent(it.id)}`, class: "name" }, said(it.name))),
      has ? badge(has.status) : h("span", { class: "badge none" }, "Not connected")),
    reachedBy(it),
    none && h("p", { class: "next" }, none.message),
    has && facts(
      ["Last data", moment(has.lastDataAt)],
      ["Expires", moment(has.expiresAt)],
      ["Environment", has.clientEnvironment],
    ));
}
