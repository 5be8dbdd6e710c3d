// Webhooks: who is told of what, which calls failed, and having them made again.

import { PATHS, act, list, path } from "./api.js";
import { button, facts, field, h, said } from "./elements.js";
import { moment, now } from "./moments.js";
import { nameOf } from "./people.js";
import { empty, failure, paged, tell } from "./states.js";
import { alertType, howItFailed } from "./timeline.js";

export function showWebhooks({ signal }) {
  const failed = paged((page) => list(`${PATHS.webhooks}/failed-calls`, { page, size: 20 }, { signal }),
    (call) => failedCall(call, signal), () => empty("No call has failed within the last 30 days."));
  const hooks = paged((page) => list(PATHS.webhooks, { page, size: 20 }, { signal }),
    (hook) => webhook(hook, signal), () => empty("No webhook is registered.", h("p", { class: "hint" },
      "Register one with POST ", h("code", null, PATHS.webhooks), ".")));
  return [hooks.place,
    h("div", { class: "who section" }, h("h2", null, "Failed calls"), button("Look again", failed.again, { class: "quiet" })),
    failed.place];
}

function webhook(it, signal) {
  const what = h("div", { "aria-live": "polite" });
  const earlier = new Date(now() - 24 * 3600 * 1000);
  const from = h("input", { type: "datetime-local", required: true, value: local(earlier) });
  const to = h("input", { type: "datetime-local" });
  const onlyFailed = h("input", { type: "checkbox" });
  const form = h("form", { class: "inline", onsubmit: async (event) => {
    event.preventDefault();
    const body = { from: utc(from.value), to: to.value ? utc(to.value) : undefined, onlyFailed: onlyFailed.checked };
    await replay(what, () => act("POST", PATHS.webhooks + path`/${it.id}/replay`, { body, signal }));
  } },
    field("From", from), field("To, or now", to),
    h("label", { class: "check" }, onlyFailed, " Only calls that failed"),
    h("button", null, "Replay"));
  return h("article", null,
    h("div", { class: "who" }, h("h2", null, said(it.name)),
      h("span", { class: `badge ${it.disabledTime ? "bad" : "good"}` }, it.disabledTime ? "Disabled" : "Registered")),
    it.disabledTime && h("p", { class: "next" }, "It answered 410. Delete it and register it again."),
    facts(
      ["Calls", said(it.url)],
      ["Of", it.events.join(", ")],
      ["Since", moment(it.createdTime)],
      ["Disabled", moment(it.disabledTime)],
    ),
    h("details", null, h("summary", null, "Send alerts of a time again"),
      h("p", { class: "hint" }, "Up to 30 days back. Your receiver gets them with the webhook-id of the first time."),
      form, what));
}

function failedCall(call, signal) {
  const what = h("div", { "aria-live": "polite" });
  const again = button("Replay", () => replay(what, () =>
    act("POST", PATHS.webhooks + path`/${call.webhookId}/replay/${call.messageId}`, { signal })));
  const about = leafUserOf(call.requestBody);
  return h("article", null,
    h("div", { class: "who" }, h("h3", null, said(alertType(call.requestBody))),
      h("span", { class: "badge bad" }, howItFailed(call))),
    facts(
      ["Happened", moment(call.createdAt)],
      ["Last tried", moment(call.lastAttemptAt)],
      ["Attempts", String(call.attempts)],
      ["About", about && nameOf(about)],
      ["Called", said(call.url)],
    ),
    call.response && h("details", null, h("summary", null, "What the receiver said"), h("pre", { tabindex: "0" }, call.response)),
    again, what);
}

async function replay(what, ask) {
  try {
    await ask();
    what.replaceChildren(h("p", { class: "note" }, "It will be sent within a minute."));
    tell("The replay is accepted.");
  } catch (error) {
    what.replaceChildren(failure(error));
  }
}

function leafUserOf(body) {
  try {
    return JSON.parse(body).leafUserId ?? null;
  } catch {
    return null;
  }
}

/** As the field wants it: local time without seconds. */
function local(at) {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

/** As the API wants it. */
const utc = (text) => new Date(text).toISOString().replace(/\.(\d{3})Z$/, ".$1000Z");
