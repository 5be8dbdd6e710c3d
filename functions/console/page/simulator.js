// The simulated Panorama of this machine: its growers' switches, its calls, its faults.

import { PATHS, list } from "./api.js";
import { button, choice, field, h, said } from "./elements.js";
import { clockIsAheadBy, clockOf, dayOf } from "./moments.js";
import { empty, failure, fill, tell } from "./states.js";

const CALLS = ["*", "initiateAuth", "listSharing", "confirmSharing", "listFields", "download", "file"];
const FAULTS = [["status", "Answer 503"], ["slow", "Answer after 10 seconds"], ["dropBefore", "Close the connection"],
  ["dropAfter", "Do it, then close the connection"], ["malformed", "Answer half of the JSON"]];
const AT_ONCE = [["expireTokens", "Expire access tokens"], ["revokeRefreshTokens", "Revoke refresh tokens"], ["expireDownloads", "Expire download addresses"]];
const TURNS = [["960", "16 minutes"], ["3600", "1 hour"], ["86400", "1 day"], ["604800", "7 days"], ["2592000", "30 days"]];
const MORE = { status: { status: 503 }, slow: { delayMs: 10000 } };

export function showSimulator({ settings: { simulation }, signal }) {
  const control = controlOf(simulation.panoramaUrl, signal);
  const done = h("div", { "aria-live": "polite" });
  const operations = h("div", null);
  const calls = h("div", null);
  const faults = h("div", null);
  const doing = (work) => async () => {
    try {
      const what = await work();
      done.replaceChildren(h("p", { class: "note" }, what));
    } catch (error) {
      done.replaceChildren(failure(error));
    }
    refresh();
  };
  const refresh = () => {
    fill(operations, () => control("GET", "operations"), (all) => h("ul", { class: "cards beside" },
      all.map((it) => h("li", null, operation(it, control, doing, signal)))));
    fill(faults, () => control("GET", "faults"), armed);
    fill(calls, () => control("GET", "calls"), (all) => called(all.slice(-100).reverse()));
  };
  refresh();
  return [
    h("p", null, "It is on this machine only, and stands for Precision Planting's. As a farmer you reach it at ",
      h("a", { href: simulation.panoramaUrl, target: "_blank", rel: "noopener" }, simulation.panoramaUrl), "."),
    done, h("h2", null, "Operations"), operations,
    h("h2", null, "Clock"), turning(control, doing),
    h("h2", null, "Faults"), arming(control, doing), faults,
    h("div", { class: "who section" }, h("h2", null, "Calls"), h("div", { class: "actions" },
      button("Look again", refresh), button("Empty the list", doing(async () => { await control("DELETE", "calls"); return "The list is empty."; })))),
    calls,
  ];
}

function operation(it, control, doing, signal) {
  const at = `operations/${encodeURIComponent(it.organizationCode)}`;
  const isOn = it.sharing !== "off";
  return h("article", null,
    h("div", { class: "who" }, h("h3", null, said(it.name)),
      h("span", { class: `badge ${isOn ? "good" : "none"}` }, { off: "Off", switchedOn: "On, not confirmed", confirmed: "On, confirmed" }[it.sharing] ?? it.sharing)),
    h("p", { class: "hint" }, said(it.grower.name), ` · ${it.environment} · Organization Code `, h("code", null, it.organizationCode)),
    h("div", { class: "actions" },
      button("Switch on", doing(() => switchOn(it, at, control, signal)), { "aria-label": `Switch on ${it.name}` }),
      button("Switch off", doing(async () => {
        await control("POST", `${at}/revoke`);
        return "It is off. The next check, or \"Ask Panorama now\" at the connection, finds out.";
      }), { "aria-label": `Switch off ${it.name}` }),
      button("Add 3 recordings", doing(async () => {
        await control("POST", `${at}/streams`, { count: 3 });
        return "Three more are listed. \"Sync now\" at the connection fetches them.";
      }), { "aria-label": `Add 3 recordings to ${it.name}` })));
}

/** Switches it on, and comes back to the Sharing Confirmation URL as the grower's browser would. */
async function switchOn({ organizationCode, environment }, at, control, signal) {
  await control("POST", `${at}/share`);
  const { entries } = await list(PATHS.appKeys, { size: 100 }, { signal });
  const appKey = entries.find((it) => it.clientEnvironment === environment);
  if (!appKey) return `It is on. No app key for ${environment} is registered, so nobody comes back.`;
  const url = new URL(appKey.sharingConfirmationUrl);
  const answer = await fetch(`${url.pathname}?orgCode=${encodeURIComponent(organizationCode)}`, { signal, headers: { accept: "text/html" } });
  const page = await answer.text();
  const headline = /<h1[^>]*>([^<]*)/.exec(page)?.[1];
  tell("It is on.");
  return headline ? `It is on. The farmer sees: ${headline}` : "It is on.";
}

function arming(control, doing) {
  const call = choice(CALLS.map((name) => [name, name === "*" ? "Every call" : name]));
  const fault = choice(FAULTS);
  const times = choice([["1", "Once"], ["5", "5 times"], ["0", "Until cleared"]]);
  return [
    h("form", { class: "inline", onsubmit: (event) => {
      event.preventDefault();
      doing(async () => {
        await control("POST", "faults", { call: call.value, fault: fault.value, times: Number(times.value), ...MORE[fault.value] });
        return "The fault is armed.";
      })();
    } }, field("Call", call), field("Fault", fault), field("How often", times), h("button", null, "Arm")),
    h("div", { class: "actions" }, AT_ONCE.map(([name, label]) => button(label, doing(async () => {
      await control("POST", "faults", { fault: name });
      return `Done: ${label.toLowerCase()}.`;
    }))), button("Clear all faults", doing(async () => { await control("DELETE", "faults"); return "No fault is armed."; }))),
  ];
}

/** Lets time pass for the service and the simulator together. */
function turning(control, doing) {
  const by = choice(TURNS);
  return h("form", { class: "inline", onsubmit: (event) => {
    event.preventDefault();
    doing(async () => {
      const { aheadSeconds, now } = await control("POST", "clock", { forwardSeconds: Number(by.value) });
      clockIsAheadBy(aheadSeconds);
      return `It is ${dayOf(now)}, ${clockOf(now)}. Links, sessions and schedules follow.`;
    })();
  } }, field("Let time pass", by, "The time to connect is 15 minutes. The clock is never turned back."), h("button", null, "Turn the clock"));
}

/** A clock that was turned before this page was opened. */
export async function readClock({ panoramaUrl }) {
  try {
    clockIsAheadBy((await controlOf(panoramaUrl)("GET", "clock")).aheadSeconds);
  } catch {
    // Times are then told by this computer's clock.
  }
}

function armed(all) {
  if (all.length === 0) return empty("No fault is armed.");
  return h("ul", null, all.map((it) => h("li", null, `${it.fault} at ${it.call ?? "every call"}, ${it.times ? `${it.times} times` : "until cleared"}`)));
}

function called(all) {
  if (all.length === 0) return empty("No call was received yet.");
  return h("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": "Calls, the newest first" },
    h("table", { class: "calls" },
      h("thead", null, h("tr", null, ["Time", "Call", "Path", "Answer"].map((it) => h("th", { scope: "col" }, it)))),
      h("tbody", null, all.map((it) => h("tr", null,
        h("td", null, clockOf(it.time)), h("td", null, it.call), h("td", null, h("code", null, `${it.method} ${it.path}`)),
        h("td", null, it.status === null ? "none" : String(it.status)))))));
}

function controlOf(panoramaUrl, signal) {
  return async (method, where, body) => {
    let answer;
    try {
      // Switching on leads back to this service; the grower's browser would follow.
      answer = await fetch(`${panoramaUrl}/control/${where}`, { method, signal, redirect: "manual",
        body: body === undefined ? undefined : JSON.stringify(body) });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw Object.assign(new Error("The simulated Panorama cannot be reached."), { status: 0 });
    }
    if (answer.type === "opaqueredirect") return null;
    const text = await answer.text();
    const content = text === "" ? null : JSON.parse(text);
    if (!answer.ok) throw Object.assign(new Error(content?.message ?? `It answered ${answer.status}.`), { status: answer.status });
    return content;
  };
}
