// The page: what is in its head, which view is open, and signing in and out.

import { beSignedIn, forgetToken, signInBy } from "./api.js";
import { showAppKeys } from "./app_keys.js";
import { showConnection } from "./connection.js";
import { showConnections } from "./connections.js";
import { button, h } from "./elements.js";
import { showLinks } from "./links.js";
import { forgetPeople } from "./people.js";
import { askForToken } from "./sign_in.js";
import { readClock, showSimulator } from "./simulator.js";
import { failure } from "./states.js";
import { showWalkThrough } from "./walk_through.js";
import { showWebhooks } from "./webhooks.js";

const VIEWS = [
  { name: "connections", title: "Connections", show: showConnections },
  { name: "links", title: "Magic links", show: showLinks },
  { name: "webhooks", title: "Webhooks", show: showWebhooks },
  { name: "app-keys", title: "App keys", show: showAppKeys },
  { name: "walk-through", title: "Walk-through", show: showWalkThrough },
  { name: "simulator", title: "Simulated Panorama", show: showSimulator, locally: true },
];

const main = document.querySelector("main");
let leave = new AbortController();
let settings = { simulation: null };
let wasSignedIn = false;

/** The view that an address names, and what of it: `#/connections/{leafUserId}`. */
function addressed() {
  const [name, id] = location.hash.replace(/^#\//, "").split("/");
  const view = offered().find((it) => it.name === name) ?? offered()[0];
  try {
    return { view, id: id ? decodeURIComponent(id) : null };
  } catch {
    return { view, id: null };
  }
}

const offered = () => VIEWS.filter((view) => settings.simulation || !view.locally);

/** Shows what the address names. Only a change of view moves the focus. */
function open(moves) {
  leave.abort();
  leave = new AbortController();
  const { view, id } = addressed();
  const of = { settings, signal: leave.signal };
  const { title, content } = shown(view, id, of);
  const heading = h("h1", { tabindex: "-1" }, title);
  document.title = `${typeof title === "string" ? title : "Connection"} · Panorama Connect`;
  main.replaceChildren(heading, ...[content].flat(Infinity));
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.hash === `#/${view.name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (moves) {
    scrollTo(0, 0);
    heading.focus();
  }
}

/** A view's title and content; what an address asks for in vain is told like any refusal. */
function shown(view, id, of) {
  try {
    const isOne = view.name === "connections" && id;
    return isOne ? showConnection(id, of) : { title: view.title, content: view.show(of) };
  } catch (error) {
    return { title: view.title, content: failure(error) };
  }
}

function signOut() {
  wasSignedIn = false;
  forgetToken();
  forgetPeople();
  // Nothing of what was shown stays in the page.
  leave.abort();
  main.replaceChildren();
  beSignedIn().then(() => open(false));
}

function head() {
  const links = offered().map(({ name, title }) => h("li", null, h("a", { href: `#/${name}` }, title)));
  document.querySelector("header").replaceChildren(
    h("p", { class: "brand" }, "Panorama Connect"),
    h("nav", { "aria-label": "Views" }, h("ul", null, links)),
    button("Sign out", signOut, { class: "quiet" }));
  document.querySelector("footer").replaceChildren(h("p", { id: "status", role: "status" }));
}

async function begin() {
  try {
    const answer = await fetch(new URL("settings.json", import.meta.url), { cache: "no-store" });
    settings = await answer.json();
  } catch {
    main.replaceChildren(failure({ status: 0, message: "The service cannot be reached." }, () => location.reload()));
    return;
  }
  if (settings.simulation) await readClock(settings.simulation);
  signInBy(() => {
    const asked = askForToken(settings.simulation, wasSignedIn);
    wasSignedIn = true;
    return asked;
  });
  head();
  addEventListener("hashchange", () => open(true));
  await beSignedIn();
  open(false);
}

begin();
