// Elements of the page. What a server says becomes text and never markup: there is no other way to
// make an element here, and the page's policy (`trusted-types`) allows none.

/** An element. Attributes that are false, null or undefined are left out; `onclick` and the like
 *  take functions; children are elements and texts, and what is null or false is none. */
export function h(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, key === "href" ? address(value) : value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((it) => it !== null && it !== undefined && it !== false));
  return element;
}

/** Links lead within the page and to web addresses, whatever an answer says. */
function address(text) {
  return /^(#|https?:\/\/)/.test(text) ? text : "#";
}

/** A name or another text that somebody else has written: its direction is its own. */
export function said(text) {
  return h("bdi", { class: "said" }, text);
}

/** A list of terms, each with what it is; what is null is left out. */
export function facts(...pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined);
  return h("dl", { class: "facts" }, shown.map(([term, value]) =>
    h("div", null, h("dt", null, term), h("dd", null, value))));
}

/** A button that cannot be pressed twice while what it does is under way. */
export function button(label, press, attributes) {
  const element = h("button", { type: "button", ...attributes, onclick: async () => {
    if (element.getAttribute("aria-disabled") === "true") return;
    element.setAttribute("aria-disabled", "true");
    try {
      await press(element);
    } finally {
      element.removeAttribute("aria-disabled");
    }
  } }, label);
  return element;
}

/** Shows a form over the view; it goes with the view. `id` is its heading's. */
export function ask(form, id, signal) {
  const dialog = h("dialog", { "aria-labelledby": id, onclose: () => dialog.remove() }, form);
  document.body.append(dialog);
  signal.addEventListener("abort", () => dialog.close());
  dialog.showModal();
  return dialog;
}

let number = 0;

/** A field with its label. */
export function field(label, input, hint) {
  const id = `field-${++number}`;
  input.id = id;
  if (hint) input.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { class: "field" }, h("label", { for: id }, label), input,
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint));
}

/** A choice among texts; the first is the one that is chosen. */
export function choice(options, change) {
  return h("select", { onchange: (event) => change?.(event.target.value) },
    options.map(([value, label]) => h("option", { value }, label)));
}
