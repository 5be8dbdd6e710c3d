// One farmer's connection: how it is, what to do, and what happened.

import { PATHS, act, list, path } from "./api.js";
import { badge, connectionOf, next } from "./connections.js";
import { button, facts, h, said } from "./elements.js";
import { makeLink } from "./making_links.js";
import { moment } from "./moments.js";
import { person, reachedBy } from "./people.js";
import { failure, fill, tell } from "./states.js";
import { timeline } from "./timeline.js";

const LOOK_AGAIN_AFTER = 5000;

/** The title and the content of the view of a Leaf user. */
export function showConnection(id, { settings, signal }) {
  const name = said("Connection");
  const who = h("div", { class: "person" });
  const state = h("section", { "aria-label": "State" });
  const done = h("div", { "aria-live": "polite" });
  const history = timeline(id, signal);
  let isPending = false;
  const isSimulated = settings.simulation !== null;
  const show = (query) => fill(state, () => stateOf(id, query, signal), (found) => {
    const before = isPending;
    isPending = found.credential?.status === "PENDING";
    // The farmer is on the telephone: what comes of it is seen without a press.
    if (isPending) setTimeout(() => signal.aborted || show(), LOOK_AGAIN_AFTER);
    else if (before) history.again();
    return stateShown(found);
  });
  fill(who, () => person(id), (found) => {
    name.replaceChildren(found.name ?? id);
    return [reachedBy(found), h("p", { class: "hint" }, "Leaf user ", h("code", null, id))];
  });
  show();

  /** Does something, and shows what is different then. */
  const doing = (work) => async () => {
    done.replaceChildren();
    try {
      tell(await work());
      await show();
      history.again();
    } catch (error) {
      done.replaceChildren(failure(error));
    }
  };
  const actions = h("div", { class: "actions", role: "group", "aria-label": "What you can do" },
    button("Ask Panorama now", doing(async () => {
      await connectionOf(id, signal, { verify: true });
      return "Panorama was asked.";
    })),
    button("Sync now", doing(async () => {
      await act("POST", path`/services/fields/api/users/${id}/fields/sync`, { signal });
      return "A sync is scheduled. What is new arrives within minutes.";
    })),
    button("Make a magic link", () => makeLink(id, { reconnect: false, isSimulated, signal, made: history.again })),
    button("Make a reconnect link", () => makeLink(id, { reconnect: true, isSimulated, signal, made: history.again })));
  return {
    title: name,
    content: [
      h("p", { class: "back" }, h("a", { href: "#/connections" }, "All connections")),
      who, state, actions, done,
      h("h2", null, "What happened"), history.place,
    ],
  };
}

/** The credential, and what the list of connections says of it beside that. */
async function stateOf(id, query, signal) {
  const found = await connectionOf(id, signal, query);
  if (!found.credential || found.credential.status === "PENDING") return found;
  const { entries } = await list(PATHS.connections, { leafUserId: id, size: 1 }, { signal });
  return { ...found, listed: entries.find((it) => it.leafUserId === id) };
}

function stateShown({ credential, listed, none }) {
  if (none) {
    return [h("p", null, h("span", { class: "badge none" }, "Not connected")), h("p", { class: "next" }, none.message)];
  }
  if (credential.status === "PENDING") {
    return [
      h("p", null, badge("PENDING")),
      h("p", { class: "next" }, "The farmer has not come back from Panorama yet. Stay on the line, or make a new link when the time has run out."),
      facts(["Started", moment(credential.createdTime)], ["Ends", moment(credential.expiresAt)], ["Environment", credential.clientEnvironment]),
    ];
  }
  return [
    h("p", null, badge(credential.status)),
    listed && next(listed.nextStep),
    facts(
      ["Since", moment(listed?.statusSince)],
      ["Why", listed?.reason && said(listed.reason)],
      ["Last asked", moment(credential.checkedAt)],
      ["Last synced", moment(credential.lastSyncedAt)],
      ["Last data", moment(credential.lastDataAt) ?? "none yet"],
      ["On their way", credential.filesPending > 0 ? `${credential.filesPending} files` : null],
      ["Connected", moment(credential.createdTime)],
      ["App key", listed && [said(listed.appName), ` ${listed.clientEnvironment}`]],
    ),
  ];
}

