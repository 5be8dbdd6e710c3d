// Version 2 of the button, in a page of another site with a strict policy: with an API key, in a
// window and in a frame, from there to ACTIVE. What others say to the page changes nothing.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { faults, read } from "../accessibility.mjs";
import { Person } from "../person.mjs";

const PATH = "/components/panorama-connect-2.js";
const CONNECTED = "Your operation is connected.";

/** The partner's server, which has a page: `body` is what is on it. Of another site than the API. */
async function partner(machine) {
  const document = await machine.get("/openapi.json");
  const [integrity] = document.paths[PATH].get.description.match(/sha384-[\w+/=]+/);
  const served = { body: "" };
  const server = createServer((request, response) => {
    if (request.url !== "/") return response.writeHead(204).end();
    const { api } = machine;
    const policy = `default-src 'none'; script-src ${api}; connect-src ${api}; frame-src ${api}`;
    response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy });
    response.end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
      <meta name="color-scheme" content="light dark"><title>Fields</title><main><h1>Fields</h1>
      <script src="${api}${PATH}" defer crossorigin="anonymous" integrity="${integrity}"></script>
      ${served.body}</main></html>`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => (server.close(), server.closeAllConnections());
  return { served, close, origin: `http://localhost:${server.address().port}` };
}

/** The element, with an API key of a Leaf user for the pages of an origin. */
async function element(machine, user, origin, more = "") {
  const body = { leafUserId: user, expiresIn: 900, origins: [origin] };
  const { key } = await machine.post("/services/usermanagement/api/api-keys", body);
  return `<panorama-connect api="${machine.api}" api-key="${key}" ${more}></panorama-connect>`;
}

/** Opens the partner's page, which notes what it is told. */
async function visit(farmer, origin) {
  await farmer.open(origin);
  await farmer.page.evaluate(() => {
    window.told = [];
    document.addEventListener("panorama-connect", ({ detail }) => window.told.push(detail));
  });
}

const told = (page) => page.evaluate(() => window.told);

async function look(farmer, name, frame) {
  const { page, stage } = farmer;
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.screenshot({ path: stage.picture(name, scheme), fullPage: true });
    assert.deepEqual(await faults(page), [], `${name}, ${scheme}`);
    if (frame) assert.deepEqual(await faults(frame), [], `${name}, ${scheme}, in the frame`);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

async function inWindow(stage, site) {
  const { machine } = stage;
  const user = await machine.user("Dale Pruitt");
  site.served.body = await element(machine, user, site.origin);
  const farmer = await stage.person();
  const { page, context } = farmer;
  await visit(farmer, site.origin);
  await look(farmer, "button");
  assert.ok((await read(page)).includes("button: Connect Panorama"));
  const opening = context.waitForEvent("page");
  await farmer.tap("button", "Connect Panorama");
  const opened = await opening;
  const there = new Person(stage, context, opened);
  await there.sees("ask");
  await look(farmer, "window");

  // The page's own scripts, another window of the API's, and Panorama's page say the same.
  const forged = { type: "panorama-connect", outcome: "connected" };
  await page.evaluate((forged) => window.postMessage(forged, "*"), forged);
  const other = context.waitForEvent("page");
  await page.evaluate((address) => void window.open(address), `${machine.api}/magic-link/x`);
  const foreign = await other;
  await foreign.locator("body[data-outcome=unknownLink]").waitFor();
  await foreign.evaluate((forged) => window.opener.postMessage(forged, "*"), forged);
  await foreign.close();
  assert.deepEqual(await told(page), []);

  await there.tap("button", "Continue to Panorama");
  await opened.getByRole("textbox", { name: "Username" }).waitFor();
  assert.equal(await opened.evaluate(() => window.opener), null, "it could lead the page elsewhere");
  await there.signIn();
  await there.tap("button", "Decline");
  await there.sees("declined");
  // Back at the page, it learns what the window shows.
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await page.waitForFunction(() => window.told.length > 0);
  assert.deepEqual(await told(page), [{ outcome: "shown", page: "declined" }]);
  await there.tap("button", "Start again");
  await there.share();
  await there.sees("connected");
  await page.getByText(CONNECTED).waitFor();
  assert.deepEqual((await told(page)).at(-1), { outcome: "connected" });
  assert.equal((await machine.credential(user)).status, "ACTIVE");
  await look(farmer, "connected");
}

async function inFrame(stage, site) {
  const { machine } = stage;
  const user = await machine.user("Amina Yusuf");
  site.served.body = await element(machine, user, site.origin, 'mode="frame"');
  const farmer = await stage.person();
  const { page, context } = farmer;
  await visit(farmer, site.origin);
  await farmer.tap("button", "Connect Panorama");
  const within = page.frameLocator("iframe");
  const sees = (outcome) => within.locator(`body[data-outcome=${outcome}]`).waitFor();
  await sees("ask");
  const frame = page.frames()[1];
  const high = () => page.locator("iframe").evaluate((frame) => frame.clientHeight);
  const room = () => frame.evaluate(() => document.body.offsetHeight);
  await page.waitForFunction(() => window.told.length === 1);
  assert.deepEqual(await told(page), [{ outcome: "shown", page: "ask" }]);
  await look(farmer, "frame-ask", frame);
  const most = page.viewportSize().height * 0.9;
  assert.ok(Math.abs((await high()) - Math.min(await room(), most)) <= 1, "as high as what is in it");

  // What is only said is not believed.
  await frame.evaluate(() => {
    window.parent.postMessage({ type: "panorama-connect", outcome: "connected" }, "*");
  });
  await page.waitForFunction(() => window.told.length === 2);
  assert.deepEqual((await told(page))[1], { outcome: "shown", page: "connected" });

  const opening = context.waitForEvent("page");
  await within.getByRole("button", { name: "Continue to Panorama" }).click();
  const opened = await opening;
  const there = new Person(stage, context, opened);
  await opened.getByRole("textbox", { name: "Username" }).waitFor();
  assert.equal(await opened.evaluate(() => window.opener), null, "it could lead the page elsewhere");
  await sees("underWay");
  await look(farmer, "frame-under-way", frame);
  assert.ok((await told(page)).every(({ outcome }) => outcome === "shown"));
  await there.signIn(machine.ready.growers[1]);
  await there.share(machine.ready.growers[1].operations[0].name);
  await there.sees("connected");
  await sees("connected");
  assert.equal(await within.locator("li").count(), 0, "it is in the page that it would lead back to");
  await page.getByText(CONNECTED).waitFor();
  assert.equal((await machine.credential(user)).status, "ACTIVE");
  assert.deepEqual((await told(page)).filter(({ outcome }) => outcome !== "shown"), [
    { outcome: "connected" },
  ]);
  await look(farmer, "frame-connected", frame);
}

/** A page that no key and no link names has neither. */
async function elsewhere(stage, site, other) {
  const { machine } = stage;
  const user = await machine.user("Dale Pruitt");
  other.served.body = await element(machine, user, site.origin);
  const farmer = await stage.person();
  const { page } = farmer;
  await visit(farmer, other.origin);
  await farmer.tap("button", "Connect Panorama");
  await page.getByText("This page cannot connect Panorama right now.").waitFor();
  assert.deepEqual(await told(page), [{ outcome: "failed", errorKey: "originNotAllowed" }]);
  assert.equal(farmer.complaints.splice(0).length, 1, "it says why");
  await look(farmer, "refused");

  const { link } = await machine.magicLink(user);
  other.served.body = `<iframe src="${link}" title="Framed"></iframe>`;
  const blocked = page.waitForEvent("console", (line) => line.text().includes("frame-ancestors"));
  await page.goto(other.origin);
  await blocked;
  assert.equal(await page.frameLocator("iframe").locator("body[data-outcome]").count(), 0);
  farmer.complaints.length = 0;
}

export default async function component(stage) {
  const [site, other] = [await partner(stage.machine), await partner(stage.machine)];
  try {
    await inWindow(stage, site);
    await inFrame(stage, site);
    await elsewhere(stage, site, other);
  } finally {
    site.close();
    other.close();
  }
}
