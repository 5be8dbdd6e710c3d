// Whether everybody can use a page, as far as a program can tell: axe-core, and what a screen
// reader is given to read.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** WCAG 2.2 at level AA, and what axe-core holds to be good practice. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe-core finds: rule, element, and what to do. */
export async function faults(page) {
  // By the debugger, which no Content-Security-Policy keeps out.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: "tag", values } }),
    RULES,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}

/**
 * What a screen reader reads of the page, in its order: Chromium's accessibility tree, the texts of
 * what stands together joined. `["heading 1: Is this your account?", "button: Continue", …]`
 */
export async function read(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const children = (node) => (node.childIds ?? []).map((id) => byId.get(id)).filter(Boolean);
  const role = (node) => node.role?.value;
  const text = (node) =>
    role(node) === "StaticText" ? node.name.value : children(node).map(text).join("");
  const named = ["button", "link", "image", "checkbox", "timer", "status"];
  const lines = [];
  const walk = (node) => {
    const name = node.name?.value ?? "";
    if (node.ignored) children(node).forEach(walk);
    else if (role(node) === "heading") {
      const level = node.properties.find((property) => property.name === "level").value.value;
      lines.push(`heading ${level}: ${name}`);
    } else if (named.includes(role(node)) && name !== "") lines.push(`${role(node)}: ${name}`);
    else if (["paragraph", "term", "definition"].includes(role(node))) {
      lines.push(text(node));
    } else if (role(node) === "listitem") {
      const parts = children(node).filter((child) => role(child) !== "ListMarker");
      if (parts.some((part) => role(part) === "paragraph")) parts.forEach(walk);
      else lines.push(`item: ${parts.map(text).join("")}`);
    } else if (role(node) === "StaticText") lines.push(name);
    else children(node).forEach(walk);
  };
  walk(nodes.find((node) => role(node) === "RootWebArea"));
  return lines.map((line) => line.replace(/\s+/g, " ").trim()).filter((line) => line !== "");
}
