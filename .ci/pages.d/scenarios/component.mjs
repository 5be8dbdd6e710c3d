// A partner's own page, of another origin and with a strict policy, has the button: from there to
// ACTIVE, in a window that cannot reach the page.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { faults, read } from "../accessibility.mjs";
import { Person } from "../person.mjs";

/** The partner's server: the page, and the two answers that the button asks for. */
async function partner(machine, user) {
  const script = `${machine.api}/components/panorama-connect-1.js`;
  const document = await machine.get("/openapi.json");
  const { description } = document.paths["/components/panorama-connect-1.js"].get;
  const [integrity] = description.match(/sha384-[\w+/=]+/);
  const page = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
    <meta name="color-scheme" content="light dark"><title>Fields</title><main><h1>Fields</h1>
    <script src="${script}" defer crossorigin="anonymous" integrity="${integrity}"></script>
    <panorama-connect api="${machine.api}" links="/connection"></panorama-connect></main></html>`;
  const state = { made: 0, elsewhere: false };
  const answers = {
    "GET /": () => ["text/html", page],
    "GET /connection": async () => {
      const { status } = await machine.credential(user).catch(() => ({ status: "PENDING" }));
      return ["application/json", JSON.stringify({ status })];
    },
    "POST /connection": async () => {
      state.made += 1;
      const { signInUrl } = await machine.start(user);
      const link = state.elsewhere ? "https://elsewhere.example/connect" : signInUrl;
      return ["application/json", JSON.stringify({ link })];
    },
  };
  const server = createServer(async (request, response) => {
    const answer = await answers[`${request.method} ${request.url}`]?.();
    if (answer === undefined) return response.writeHead(204).end();
    response.writeHead(200, {
      "content-type": answer[0],
      "content-security-policy": `default-src 'none'; script-src ${machine.api}; connect-src 'self'`,
    });
    response.end(answer[1]);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, state, origin: `http://127.0.0.1:${server.address().port}` };
}

async function look(farmer, name) {
  const { page, stage } = farmer;
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.screenshot({ path: stage.picture(name, scheme) });
    assert.deepEqual(await faults(page), [], `${name}, ${scheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

export default async function component(stage) {
  const { machine } = stage;
  const user = await machine.user("Dale Pruitt");
  const { server, state, origin } = await partner(machine, user);
  try {
    const farmer = await stage.person();
    const { page, context } = farmer;
    await farmer.open(origin);
    await page.evaluate(() => {
      window.told = [];
      const note = (event) => window.told.push(event.detail.outcome);
      document.addEventListener("panorama-connect", note);
    });
    await look(farmer, "button");
    assert.ok((await read(page)).includes("button: Connect Panorama"));

    // A link of another origin is not followed.
    state.elsewhere = true;
    await farmer.tap("button", "Connect Panorama");
    await page.getByText("That did not work.").waitFor();
    assert.equal(farmer.complaints.splice(0).length, 1, "it says why");
    state.elsewhere = false;

    // By the keyboard, as well as any other way.
    const opening = context.waitForEvent("page");
    await page.getByRole("button").focus();
    await page.keyboard.press("Enter");
    const opened = await opening;
    const there = new Person(stage, context, opened);
    await there.sees("whoseAccount");
    assert.equal(await opened.evaluate(() => window.opener), null);
    await look(farmer, "waiting");
    await there.tap("button", "Continue to Panorama");
    await there.signIn();
    await there.share();
    await page.getByText("Your operation is connected.").waitFor();
    assert.deepEqual(await page.evaluate(() => window.told), ["failed", "connected"]);
    await there.sees("connected");
    assert.equal((await machine.credential(user)).status, "ACTIVE");
    await look(farmer, "connected");

    // Whoever is connected is told so, and gets no link.
    const before = state.made;
    await farmer.tap("button", "Connect Panorama");
    await page.waitForFunction(() => window.told.length === 3);
    assert.deepEqual([state.made, await page.evaluate(() => window.told[2])], [before, "connected"]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
