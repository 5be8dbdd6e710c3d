// Copying a command or a link.

import { button, h } from "./elements.js";
import { tell } from "./states.js";

/** A text that can be copied. */
export function copyable(text, label) {
  const shown = h("pre", { tabindex: "0", "aria-label": label }, h("code", null, text));
  return h("div", { class: "copyable" }, shown, copyButton(text, label, shown));
}

function copyButton(text, label, shown) {
  const element = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(text);
      element.textContent = "Copied";
      tell(`Copied: ${label}.`);
      setTimeout(() => { element.textContent = "Copy"; }, 2000);
    } catch {
      // No clipboard without https: the text is marked instead, for the keyboard.
      getSelection().selectAllChildren(shown);
      shown.focus();
      tell("Press Ctrl+C to copy what is marked.");
    }
  }, { "aria-label": `Copy: ${label}` });
  return element;
}
