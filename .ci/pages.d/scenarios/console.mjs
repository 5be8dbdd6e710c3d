// The partner's support person has a farmer on the telephone: who is connected, what is wrong, what
// to do. Names are hostile; the token is refused half-way; everything works by the keyboard.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { faults } from "../accessibility.mjs";

export const flags = ["--webhooks-to-this-machine"];

const NAME = `<script>document.title="taken"</script><img src=x onerror="document.title='taken'">\u202E🚜 ${"W".repeat(120)}`;
const MANAGEMENT = "/services/usermanagement/api";

export default async function console_(stage) {
  const { machine } = stage;
  const [first, second] = machine.ready.growers.flatMap((grower) => grower.operations);
  await connected(machine, machine.ready.leafUserId, first.organizationCode);
  const hostile = (await machine.post(`${MANAGEMENT}/users`, { name: NAME, externalId: "../../%2e%2e" })).id;
  await connected(machine, hostile, second.organizationCode);
  await machine.revoke(second.organizationCode);
  await machine.get(`${MANAGEMENT}/users/${hostile}/panorama-credentials?verify=true`);
  await machine.post("/services/alerts/api/alerts/webhooks", {
    events: ["connectionActivated", "connectionRevoked"],
    name: "Our receiver",
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    url: "http://127.0.0.1:9/nobody",
  });

  const support = await stage.person();
  const { page } = support;
  const outside = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(machine.api) && !request.url().startsWith(machine.panorama)) outside.push(request.url());
  });
  const view = async (name) => {
    await settled(page);
    await look(stage, page, name);
  };

  // `/` leads there, and one key signs in.
  await page.goto(machine.api);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await look(stage, page, "sign-in");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Maria Lindqvist" }).waitFor();
  await view("connections");
  const names = await page.locator("article h2").allInnerTexts();
  assert.ok(names[0].startsWith("<script>"), "the revoked one is first, and its name is a text");
  assert.ok(!(await page.title()).includes("taken"));

  // One farmer, by the whole e-mail address, with the keyboard alone.
  await page.getByRole("searchbox", { name: "Find a farmer" }).fill(machine.ready.growers[0].username);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Maria Lindqvist" }).waitFor();
  await settled(page);
  assert.equal(await page.locator("article").count(), 1);
  await page.getByRole("link", { name: "Maria Lindqvist" }).press("Enter");
  await page.getByRole("heading", { level: 1, name: "Maria Lindqvist" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1", "the focus is at the top");
  await page.getByText("the credential is ACTIVE").first().waitFor();
  await page.getByText("Nothing:").waitFor();
  await view("one-connection");

  // Somebody else's external id is no way out of an address.
  await page.goto(`${machine.api}/console#/connections/..`);
  await page.getByText("This id cannot be in an address.").first().waitFor();
  await page.goto(`${machine.api}/console#/connections`);
  await page.getByRole("searchbox", { name: "Find a farmer" }).fill("../../%2e%2e");
  await page.keyboard.press("Enter");
  await page.locator("article .badge.bad").waitFor();
  await page.locator("article a.name").first().click();
  await page.getByText("Ask the farmer to share the operation again").first().waitFor();
  await view("switched-off");

  // The token is refused: signing in comes over the view, and the press goes on.
  await page.route("**/fields/sync", (route) => route.fulfill({ status: 401, body: "{}" }), { times: 1 });
  await page.getByRole("button", { name: "Sync now" }).click();
  await page.getByRole("heading", { name: "Sign in again" }).waitFor();
  assert.ok(await page.getByText("Ask the farmer to share the operation again").first().isVisible(), "the view is still there");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("The credential is REVOKED").waitFor();

  // A link is shown whole once, and can be taken back.
  await page.getByRole("button", { name: "Make a reconnect link" }).click();
  await page.getByRole("button", { name: "Make the link" }).click();
  const link = await page.locator("dialog pre").innerText();
  assert.equal(link.indexOf(`${machine.api}/magic-link/`), 0);
  await look(stage, page, "link-made");
  await page.getByRole("button", { name: "Close" }).click();
  await page.goto(`${machine.api}/console#/links`);
  const withdraw = page.getByRole("button", { name: "Withdraw" });
  await withdraw.waitFor();
  await view("links");
  assert.ok(!(await page.content()).includes(link), "it is not shown again");
  page.once("dialog", (dialog) => dialog.accept());
  await withdraw.click();
  await page.getByText("The link is withdrawn.").waitFor({ state: "attached" });
  const { length } = await machine.get("/services/widgets/api/magic-link/authentication");
  assert.equal(length, 0);
  await page.goto(`${machine.api}/console#/webhooks`);
  await page.getByRole("heading", { name: "Failed calls" }).waitFor();
  const failed = page.locator("article", { hasText: "connectionActivated" }).getByRole("button", { name: "Replay", exact: true });
  for (let tries = 0; (await failed.count()) === 0 && tries < 20; tries += 1) {
    await page.getByRole("button", { name: "Look again" }).click();
    await page.waitForTimeout(500);
  }
  await view("webhooks");
  await failed.first().click();
  await page.getByText("It will be sent within a minute.").waitFor();

  await page.goto(`${machine.api}/console#/app-keys`);
  await page.getByRole("button", { name: "Check my set-up" }).click();
  await page.getByText("All that can be seen from here is right.").waitFor();
  await view("app-keys");
  await page.goto(`${machine.api}/console#/walk-through`);
  await page.getByRole("button", { name: "Run it here" }).first().click();
  await page.locator("pre", { hasText: "sharingConfirmationUrl" }).waitFor();
  await view("walk-through");
  // Its commands work as they are copied, one after the other.
  const commands = await page.locator(".copyable pre").allInnerTexts();
  const said = execFileSync("bash", ["-euc", commands.join("\n")], { encoding: "utf8" });
  for (const expected of ["sharingConfirmationUrl", "signInUrl", '"status":"ACTIVE"', '"createdDate"']) {
    assert.ok(said.includes(expected), `the commands do not answer ${expected}`);
  }

  await page.goto(`${machine.api}/console#/simulator`);
  await page.getByRole("button", { name: `Switch on ${second.name}` }).click();
  await page.getByText("It is on. The farmer sees:").waitFor();
  await page.getByRole("button", { name: "Arm", exact: true }).click();
  await page.getByText("status at").waitFor();
  await page.getByRole("button", { name: "Turn the clock" }).click();
  await page.getByText("Links, sessions and schedules follow.").waitFor();
  await view("simulator");

  // Nothing stays behind: not in a storage, not in an address, not in the page.
  const left = await page.evaluate(() => ({ ...localStorage, ...sessionStorage, cookies: document.cookie }));
  assert.deepEqual(left, { cookies: "" });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  assert.equal(await page.locator("main article").count(), 0);
  assert.deepEqual(outside, [], "it asks nobody else");

  // What would run in the page is stopped by its policy, and so is markup.
  const stopped = await page.evaluate(async () => {
    const blocked = [];
    document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
    const script = document.createElement("script");
    try { script.textContent = "document.title = 'taken'"; } catch { blocked.push("text of a script"); }
    document.head.append(script);
    try { document.body.insertAdjacentHTML("beforeend", "<b>x</b>"); } catch { blocked.push("markup"); }
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { blocked, title: document.title };
  });
  assert.ok(stopped.blocked.includes("markup") && !stopped.title.includes("taken"), JSON.stringify(stopped));
  // The refusals that were meant.
  support.complaints = support.complaints.filter((text) => !/Trusted|Content Security Policy/.test(text));
}

async function connected(machine, user, organizationCode) {
  const { appName } = machine.ready;
  await machine.post(`${MANAGEMENT}/users/${user}/one-click-integration/Panorama`, {
    appName, clientEnvironment: "STAGE", organizationCode,
  });
  const shared = await machine.control("POST", `operations/${organizationCode}/share`);
  await fetch(shared.headers.get("location"));
}

const settled = (page) => page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));

/** Can everybody use it, in light and dark and with large text? And takes its pictures. */
async function look(stage, page, name) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.screenshot({ path: stage.picture(name, scheme), fullPage: true });
    assert.deepEqual(await faults(page), [], `${name}, ${scheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  const wide = await page.evaluate(() => {
    document.documentElement.style.fontSize = "200%";
    const width = document.documentElement.scrollWidth;
    document.documentElement.style.fontSize = "";
    return width;
  });
  assert.ok(wide <= page.viewportSize().width, `${name} is ${wide} wide, at twice the size`);
}
