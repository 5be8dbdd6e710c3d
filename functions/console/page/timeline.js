// What happened to one Leaf user: events, files and alerts that failed, the newest first. Each is a
// list of its own in the API; here they are one, and as many are read as are shown.

import { PATHS, credential, list } from "./api.js";
import { button, h, said } from "./elements.js";
import { clockOf, dayOf } from "./moments.js";
import { empty, fill } from "./states.js";

const AT_ONCE = 30;
const SIZE = 50;

export function timeline(id, signal) {
  const place = h("section", { class: "timeline", "aria-label": "What happened" });
  const go = () => {
    const merged = newestFirst(sources(id, signal));
    return fill(place, () => merged.take(AT_ONCE), (items) => {
      if (items.length === 0) return empty("Nothing happened within the last 30 days.");
      const days = h("div", null);
      append(days, items);
      const more = button("Show older", async () => {
        append(days, await merged.take(AT_ONCE));
        if (merged.isDone()) more.remove();
      });
      return [days, !merged.isDone() && more];
    });
  };
  go();
  return { place, again: go };
}

function sources(id, signal) {
  const of = (where, query, read, missing) => ({ page: 0, waiting: [], isRead: false, async next() {
    const found = await list(where, { ...query, page: this.page, size: SIZE }, { signal }).catch((error) => {
      // A Leaf user without a credential has no events, and no files.
      if (error.status === 404 && missing) return { entries: [], hasMore: false };
      throw error;
    });
    this.page += 1;
    this.isRead = !found.hasMore;
    this.waiting.push(...found.entries.map(read));
  } });
  return [
    of(`${credential(id)}/events`, { sort: "createdDate,desc" }, event, true),
    of(PATHS.files, { leafUserId: id, sort: "updatedTime,desc" }, file, true),
    of(`${PATHS.webhooks}/failed-calls`, { leafUserId: id }, failedCall, false),
  ];
}

/** Merges lists that are in order by themselves. */
export function newestFirst(lists) {
  const ready = async () => {
    await Promise.all(lists.filter((it) => it.waiting.length === 0 && !it.isRead).map((it) => it.next()));
  };
  return {
    isDone: () => lists.every((it) => it.isRead && it.waiting.length === 0),
    async take(count) {
      const taken = [];
      while (taken.length < count) {
        await ready();
        const first = lists.filter((it) => it.waiting.length > 0).sort((a, b) => (a.waiting[0].at < b.waiting[0].at ? 1 : -1))[0];
        if (!first) break;
        taken.push(first.waiting.shift());
      }
      await ready();
      return taken;
    },
  };
}

/** Below the day that each is of. */
function append(days, items) {
  for (const item of items) {
    const day = dayOf(item.at);
    let last = days.lastElementChild;
    if (last?.dataset.day !== day) {
      last = h("section", { "data-day": day }, h("h3", null, day), h("ol", null));
      days.append(last);
    }
    // A first sync brings hundreds of files at once: they are one entry, with all of them inside.
    const list = last.lastElementChild;
    const before = list.lastElementChild?.together;
    if (item.together && before?.key === item.together) before.add(item);
    else list.append(item.together ? several(item) : entry(item));
  }
}

function entry({ at, mood, what, more }) {
  return h("li", { class: mood }, h("time", { datetime: at }, clockOf(at)), h("div", null, h("p", null, what), more));
}

/** An entry that takes in what is like it; while it is alone it is an entry like any other. */
function several(first) {
  const element = entry(first);
  const all = [first];
  element.together = { key: first.together, add(item) {
    all.push(item);
    const one = (it) => h("li", null, h("span", { class: "hint" }, clockOf(it.at), " "), it.what, " ", it.about);
    element.lastElementChild.replaceChildren(h("details", null,
      h("summary", null, `${all.length} ${first.together}`), h("ul", null, all.map(one))));
  } };
  return element;
}

function event({ createdDate, statusCode, body }) {
  const mood = statusCode < 300 ? "good" : statusCode < 400 ? "none" : "bad";
  return { at: createdDate, mood, what: said(body), more: h("p", { class: "hint" }, `Panorama answered ${statusCode}`) };
}

const OF_FILES = {
  processed: ["good", "File stored", "files stored"],
  processing: ["waiting", "File on its way", "files on their way"],
  failed: ["bad", "File failed", "files failed"],
};

function file({ updatedTime, status, fileName, sizeInBytes, operationType, message, removedTime }) {
  const [mood, words, together] = OF_FILES[status] ?? ["none", `File ${status}`];
  const about = [operationType, sizeInBytes && `${sizeInBytes.toLocaleString("en")} bytes`, removedTime && "not listed any more"].filter(Boolean);
  return { at: updatedTime, mood, what: [words, fileName && [": ", said(fileName)]], together, about: about.join(" · "),
    more: h("p", { class: "hint" }, about.join(" · "), message && [" ", said(message)]) };
}

function failedCall(call) {
  const times = call.attempts === 1 ? "once" : `${call.attempts} times`;
  return { at: call.createdAt, mood: "bad", what: ["Alert not delivered: ", said(alertType(call.requestBody))],
    more: h("p", { class: "hint" }, `${howItFailed(call)}, tried ${times}. `, h("a", { href: "#/webhooks" }, "Webhooks")) };
}

/** What the receiver did instead of taking a call. */
export function howItFailed({ status, connectionError }) {
  if (status) return `Answered ${status}`;
  const words = (connectionError ?? "failed").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words[0].toUpperCase() + words.slice(1);
}

/** Which alert a call told of. */
export function alertType(requestBody) {
  try {
    return JSON.parse(requestBody).type ?? "registration";
  } catch {
    return "registration";
  }
}
