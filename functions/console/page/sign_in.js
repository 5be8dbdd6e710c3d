// Signing in. It comes back whenever a token is missing or refused, over the view, which stays.

import { authenticate } from "./api.js";
import { field, h } from "./elements.js";
import { failure } from "./states.js";

/** Asks for a token until there is one. On a laptop the first owner's login is there already. */
export function askForToken(simulation, wasSignedIn) {
  return new Promise((resolve) => {
    const username = h("input", { name: "username", autocomplete: "username", required: true,
      autocapitalize: "none", spellcheck: "false", value: simulation?.owner.username });
    const password = h("input", { name: "password", type: "password", autocomplete: "current-password",
      required: true, value: simulation?.owner.password });
    const pasted = h("input", { name: "token", type: "password", autocomplete: "off" });
    const what = h("div", { "aria-live": "polite" });
    const press = h("button", { class: "main" }, "Sign in");
    const form = h("form", { onsubmit: async (event) => {
      event.preventDefault();
      press.disabled = true;
      what.replaceChildren();
      try {
        const token = pasted.value.trim() || await authenticate(username.value, password.value);
        dialog.close();
        dialog.remove();
        resolve(token);
      } catch (error) {
        what.replaceChildren(failure(error));
        password.focus();
      } finally {
        press.disabled = false;
      }
    } },
      h("h1", { id: "sign-in" }, wasSignedIn ? "Sign in again" : "Sign in"),
      h("p", { class: "hint" }, wasSignedIn
        ? "Your token is not accepted any more. What you were looking at is still here."
        : "With the login of an API owner. It is remembered until you reload or close this page."),
      simulation && h("p", { class: "note" }, "On this machine the first owner's login is filled in."),
      field("Username", username),
      field("Password", password),
      h("details", { ontoggle: (event) => {
        const byToken = event.target.open;
        if (!byToken) pasted.value = "";
        username.required = password.required = !byToken;
      } }, h("summary", null, "With a token of your own issuer"),
        field("Token", pasted, "For deployments with JwtIssuer.")),
      what, press);
    const dialog = h("dialog", { class: "sign-in", "aria-labelledby": "sign-in",
      oncancel: (event) => event.preventDefault() }, form);
    document.body.append(dialog);
    dialog.showModal();
    (simulation ? press : username).focus();
  });
}
