// A dialog that makes a magic link and shows it once: nobody can read a whole link again.

import { PATHS, act, list, path } from "./api.js";
import { ask, button, choice, field, h } from "./elements.js";
import { copyable } from "./copying.js";
import { moment } from "./moments.js";
import { failure } from "./states.js";

const LENGTHS = [["86400", "1 day"], ["900", "15 minutes"], ["3600", "1 hour"], ["604800", "7 days"], ["2592000", "30 days"]];
const USES = [["", "As often as needed"], ["1", "Once"], ["3", "3 times"]];
const LANGUAGES = [["", "As the farmer's browser"], ["en", "English"], ["es", "Español"], ["fr", "Français"], ["pt-BR", "Português (Brasil)"]];

export function makeLink(leafUserId, { reconnect, isSimulated, signal, made }) {
  const expiresIn = choice(LENGTHS);
  const maxUsage = choice(USES);
  const language = choice(LANGUAGES);
  const appKey = choice([]);
  const which = h("div", null);
  // Only where there is a choice; a reconnect link has its credential's.
  if (!reconnect) {
    list(PATHS.appKeys, { size: 100 }, { signal }).then(({ entries }) => {
      if (entries.length < 2) return;
      appKey.append(...entries.map((it, at) => h("option", { value: String(at) }, `${it.appName} ${it.clientEnvironment}`)));
      appKey.chosen = () => entries[Number(appKey.value)];
      which.append(field("App key", appKey));
    }, () => {});
  }
  const what = h("div", { "aria-live": "polite" });
  const close = button("Close", () => dialog.close());
  const form = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    const chosen = appKey.chosen?.();
    const body = {
      provider: "Panorama", expiresIn: Number(expiresIn.value), reconnect: reconnect || undefined,
      maxUsage: maxUsage.value ? Number(maxUsage.value) : undefined, language: language.value || undefined,
      appName: chosen?.appName, clientEnvironment: chosen?.clientEnvironment,
    };
    try {
      const link = await act("POST", PATHS.magicLinks + path`/users/${leafUserId}/authentication`, { body, signal });
      form.replaceChildren(title, ...shown(link, isSimulated).filter(Boolean), h("div", { class: "actions" }, close));
      form.querySelector(".copyable button").focus();
      made?.();
    } catch (error) {
      what.replaceChildren(error.isUnknownRoute
        ? failure({ status: 404, message: "This service does not make magic links yet." })
        : failure(error));
    }
  } });
  const title = h("h2", { id: "making" }, reconnect ? "Make a reconnect link" : "Make a magic link");
  form.append(title,
    h("p", { class: "hint" }, reconnect
      ? "For a farmer who was connected: the same operation, and the connection stays as it is until the farmer has finished."
      : "Whoever opens the link sees this farmer's account, and connects an operation to it."),
    field("Works for", expiresIn), field("Can be used", maxUsage), field("Language", language), which, what,
    h("div", { class: "actions" }, h("button", { class: "main" }, "Make the link"), close));
  const dialog = ask(form, "making", signal);
}

function shown({ link, expiresAt }, isSimulated) {
  return [
    h("p", null, "Send it to the farmer now. It is shown only once."),
    copyable(link, "the link"),
    // Elsewhere it is the farmer's browser that has to open it.
    isSimulated && h("p", null, h("a", { href: link, target: "_blank", rel: "noopener" }, "Open it as the farmer")),
    h("p", { class: "hint" }, "It stops working ", moment(expiresAt), "."),
  ];
}
