// Leaf users by their ids: the list of connections names nobody.

import { read, user } from "./api.js";
import { h, said } from "./elements.js";

const known = new Map();
const AT_ONCE = 4;
let busy = 0;
const waiting = [];

/** Forgets everybody, when somebody signs out. */
export function forgetPeople() {
  known.clear();
}

/** A Leaf user, read once. */
export function person(id) {
  if (!known.has(id)) {
    const asked = inTurn(() => read(user(id)));
    asked.catch(() => known.delete(id));
    known.set(id, asked);
  }
  return known.get(id);
}

/** What was read otherwise. */
export function meet(somebody) {
  known.set(somebody.id, Promise.resolve(somebody));
}

/** Few at a time: a page of a list must not use up the API's throttle. */
async function inTurn(work) {
  while (busy >= AT_ONCE) await new Promise((resolve) => waiting.push(resolve));
  busy += 1;
  try {
    return await work();
  } finally {
    busy -= 1;
    waiting.shift()?.();
  }
}

/** A Leaf user's name as a link to its connection; the id until the name is known. */
export function nameOf(id) {
  const link = h("a", { href: `#/connections/${encodeURIComponent(id)}`, class: "name" }, `Leaf user ${id.slice(0, 8)}…`);
  person(id).then((found) => link.replaceChildren(said(found.name ?? id)), () => {});
  return link;
}

/** Who it is, in small. */
export function reachedBy({ email, externalId, phone }) {
  const all = [email, externalId, phone].filter(Boolean);
  return all.length > 0 && h("p", { class: "hint" }, all.flatMap((text, at) => [at > 0 && " · ", said(text)]));
}
