// A dialog that makes a Leaf user, the record of a farmer, and leads to its connection.

import { PATHS, act } from "./api.js";
import { ask, button, field, h } from "./elements.js";
import { meet } from "./people.js";
import { failure } from "./states.js";

export function makeUser({ signal }) {
  const text = (name, more) => h("input", { name, autocomplete: "off", ...more });
  const name = text("farmer-name", { required: true });
  const email = text("farmer-email", { type: "email" });
  const externalId = text("external-id", { spellcheck: "false" });
  const what = h("div", { "aria-live": "polite" });
  const close = button("Close", () => dialog.close());
  const form = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    const body = { name: name.value.trim(), email: email.value.trim() || undefined, externalId: externalId.value.trim() || undefined };
    try {
      const made = await act("POST", PATHS.users, { body, signal });
      meet(made);
      dialog.close();
      location.hash = `#/connections/${encodeURIComponent(made.id)}`;
    } catch (error) {
      what.replaceChildren(failure(error));
    }
  } },
    h("h2", { id: "adding" }, "Add a farmer"),
    h("p", { class: "hint" }, "Makes a Leaf user, which is your record of one farmer."),
    field("Name", name, "The farmer sees it shortened, such as \"Dale P.\"."),
    field("E-mail address", email), field("Your external id", externalId), what,
    h("div", { class: "actions" }, h("button", { class: "main" }, "Add the farmer"), close));
  const dialog = ask(form, "adding", signal);
}
