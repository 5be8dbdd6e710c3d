// Magic links: which there are, and taking one back.

import { PATHS, act, list, path } from "./api.js";
import { button, facts, h } from "./elements.js";
import { moment, now } from "./moments.js";
import { nameOf } from "./people.js";
import { empty, failure, fill, paged, tell } from "./states.js";

export function showLinks({ signal }) {
  const place = h("div", null);
  const kinds = ["authentication", "provider"];
  const load = (kind, page) => list(`${PATHS.magicLinks}/${kind}`, { page, size: 20 }, { signal });
  fill(place, async () => {
    try {
      await load("authentication", 0);
      return true;
    } catch (error) {
      if (error.isUnknownRoute) return false;
      throw error;
    }
  }, (hasLinks) => hasLinks
    ? kinds.map((kind) => [
      h("h2", null, kind === "authentication" ? "For one farmer's Panorama" : "With a choice of providers"),
      paged((page) => load(kind, page), (link) => shown(link, kind, signal), () => empty("There is no such link.")).place,
    ])
    : empty("This service does not make magic links yet."));
  return [h("p", null, "A magic link connects a farmer who types nothing. Make one at ",
    h("a", { href: "#/connections" }, "a farmer's connection"), ". Here only its beginning is shown: the whole link is the farmer's."), place];
}

function shown(link, kind, signal) {
  const article = h("article", null);
  const withdraw = button("Withdraw", async () => {
    if (!confirm("Withdraw this link? Whoever opens it from now on is told that it does not work.")) return;
    try {
      await act("DELETE", PATHS.magicLinks + path`/${kind}/${link.id}`, { signal });
      article.replaceChildren(h("p", null, "Withdrawn."));
      tell("The link is withdrawn.");
    } catch (error) {
      article.append(failure(error));
    }
  });
  const isOver = Date.parse(link.expiresAt) < now();
  const isUsedUp = link.maxUsage !== null && link.usageCount >= link.maxUsage;
  article.append(
    h("div", { class: "who" }, h("h3", null, nameOf(link.leafUserId)),
      h("span", { class: `badge ${isOver || isUsedUp ? "none" : "good"}` }, isOver ? "Expired" : isUsedUp ? "Used up" : "Works")),
    h("p", { class: "hint" }, h("code", null, link.link)),
    facts(
      ["Made", moment(link.createdAt)],
      [isOver ? "Expired" : "Expires", moment(link.expiresAt)],
      ["Opened", moment(link.lastAccessedAt) ?? "never"],
      ["Used", link.maxUsage === null || link.maxUsage === undefined ? String(link.usageCount) : `${link.usageCount} of ${link.maxUsage}`],
    ), withdraw);
  return article;
}
