// What every view can be: loading, empty, failed, or a page of a list.

import { button, h } from "./elements.js";

const status = () => document.querySelector("#status");

/** Tells it to whoever listens to the page. */
export function tell(text) {
  status().replaceChildren(text);
}

/** Fills a place with what a promise brings; until then it says so, and if it fails, why, with a
 *  way to try again. An older filling of the same place gives way to a newer one. */
export async function fill(place, load, show) {
  const mine = Symbol("this filling");
  place.filling = mine;
  place.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => {
    if (place.filling === mine && place.childElementCount === 0) place.replaceChildren(loading());
  }, 150);
  let shown;
  try {
    shown = show(await load());
  } catch (error) {
    if (error.name === "AbortError") return;
    shown = failure(error, () => fill(place, load, show));
  } finally {
    clearTimeout(slow);
  }
  if (place.filling !== mine) return;
  place.removeAttribute("aria-busy");
  place.replaceChildren(...[shown].flat(Infinity).filter(Boolean));
}

export function loading() {
  return h("p", { class: "loading" }, "Loading…");
}

export function empty(text, ...more) {
  return h("div", { class: "empty" }, h("p", null, text), more);
}

/** The service's own sentence, and what a report about it needs. */
export function failure(error, again) {
  if (!("status" in error)) console.error(error);
  const known = [error.errorKey, error.requestId && `request ${error.requestId}`].filter(Boolean).join(", ");
  return h("div", { class: "failure", role: "alert" },
    h("p", null, "status" in error ? error.message : "This page has failed. Reload it."),
    known && h("p", { class: "hint" }, known),
    again && button("Try again", again));
}

/** The entries of a list, page by page. `load` takes a page's number. */
export function paged(load, show, none) {
  const place = h("div", { class: "paged" });
  let page = 0;
  const turn = (by) => {
    page += by;
    return go().then(() => place.querySelector("nav button")?.focus());
  };
  const go = () => fill(place, () => load(page), ({ entries, total, hasMore }) => {
    if (entries.length === 0 && page === 0) return none();
    const more = page > 0 || hasMore;
    return [
      h("ul", { class: "cards" }, entries.map((entry) => h("li", null, show(entry)))),
      more && h("nav", { class: "pages", "aria-label": "Pages" },
        h("button", { type: "button", disabled: page === 0, onclick: () => turn(-1) }, "Previous"),
        h("span", null, `Page ${page + 1}`, total !== null && ` · ${total} in all`),
        h("button", { type: "button", disabled: !hasMore, onclick: () => turn(1) }, "Next")),
    ];
  });
  go();
  return { place, again: () => { page = 0; return go(); }, refresh: go };
}
