// App keys, each with a check of what is set up for it.

import { PATHS, act, list, path } from "./api.js";
import { button, facts, h, said } from "./elements.js";
import { copyable } from "./copying.js";
import { moment } from "./moments.js";
import { empty, fill, paged } from "./states.js";

const NAMES = {
  loginWorks: "Your login at Panorama",
  rightEnvironment: "The environment",
  listingWorks: "The list of operations",
  sharingUrlIdIsUuid: "The Share Initiation URL",
  sharingConfirmationUrl: "The Sharing Confirmation URL",
};

export function showAppKeys({ signal }) {
  return paged((page) => list(PATHS.appKeys, { page, size: 20 }, { signal }), (it) => appKey(it, signal),
    () => empty("No app key is registered.", h("p", null, "Step 1 of ", h("a", { href: "#/walk-through" }, "the walk-through"), " registers one."))).place;
}

function appKey(it, signal) {
  const report = h("div", { class: "report", "aria-live": "polite" });
  const check = button("Check my set-up", () => fill(report,
    () => act("POST", `${PATHS.appKeys}${path`/${it.appName}/${it.clientEnvironment}/verify`}`, { signal }), findings));
  return h("article", null,
    h("div", { class: "who" }, h("h2", null, said(it.appName)), h("span", { class: "badge none" }, it.clientEnvironment)),
    facts(["Registered", moment(it.createdTime)], ["Sharing URL id", h("code", null, it.sharingUrlId)]),
    h("p", { class: "hint" }, "Enter this Sharing Confirmation URL in the Partner Portal:"),
    copyable(it.sharingConfirmationUrl, `the Sharing Confirmation URL of ${it.appName}`),
    check, report);
}

function findings({ ok, checks }) {
  return [
    h("p", { class: "next" }, ok ? "All that can be seen from here is right." : "Something has to be mended."),
    h("ul", { class: "findings" }, checks.map((it) => h("li", null,
      h("span", { class: `badge ${it.ok ? "good" : "bad"}` }, it.ok ? "Right" : "Wrong"),
      h("div", null, h("strong", null, NAMES[it.name] ?? it.name), h("p", null, said(it.detail)),
        it.whatToDo && h("p", { class: "hint" }, said(it.whatToDo)))))),
  ];
}
