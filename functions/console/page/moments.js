// Times, as somebody on the telephone says them; the exact one is in the title.

import { h } from "./elements.js";

const STEPS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en", { dateStyle: "full" });
const clock = new Intl.DateTimeFormat("en", { timeStyle: "short" });

/** How far the service's clock is ahead of this computer's, in milliseconds: on a laptop somebody
 *  may have turned it. */
let ahead = 0;

export function clockIsAheadBy(seconds) {
  ahead = seconds * 1000;
}

/** What time it is for the service. */
export const now = () => Date.now() + ahead;

/** How long ago something was, or in what time it will be; nothing if there is no time. */
export function moment(text) {
  const at = text ? new Date(text) : null;
  if (!at || Number.isNaN(at.getTime())) return null;
  return h("time", { datetime: at.toISOString(), title: exact.format(at) }, relative(at));
}

export function relative(at) {
  const seconds = (at.getTime() - now()) / 1000;
  const step = STEPS.find(([, length]) => Math.abs(seconds) >= length);
  return step ? words.format(Math.round(seconds / step[1]), step[0]) : seconds > 0 ? "in a moment" : "just now";
}

export const dayOf = (text) => day.format(new Date(text));
export const clockOf = (text) => clock.format(new Date(text));
