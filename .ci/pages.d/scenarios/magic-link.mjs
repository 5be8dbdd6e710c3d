// A farmer goes from a mailed link to ACTIVE, sees the data arrive, and keeps the receipt.

import assert from "node:assert/strict";
import { read } from "../accessibility.mjs";

export default async function magicLink(stage) {
  const { machine } = stage;
  const user = await machine.user("Dale Pruitt");
  const { link } = await machine.magicLink(user, {
    settings: { companyName: "Prairie Insights", backgroundColor: "#1d6a3d" },
  });
  const farmer = await stage.person();
  await farmer.open(link);
  await farmer.look("ask");
  const heard = await read(farmer.page);
  const order = [
    "heading 1: Connect your operation to Prairie Insights?",
    "heading 2: What happened",
    "heading 2: What to do next",
    "What is read",
    "button: Continue to Panorama",
  ];
  const places = order.map((line) => heard.indexOf(line));
  assert.ok(places.every((place, at) => place > (places[at - 1] ?? -1)), heard.join("\n"));

  await farmer.tap("button", "Continue to Panorama");
  await farmer.signIn();
  await farmer.share();
  await farmer.sees("connected");
  assert.equal((await machine.credential(user)).status, "ACTIVE");
  stage.say(`${farmer.taps} taps, ${farmer.seconds().toFixed(1)} s`);
  assert.ok(farmer.taps <= 4, `${farmer.taps} taps`);

  // The page follows by itself.
  const files = farmer.page.locator("dd[data-live]").nth(1);
  await assert.doesNotReject(async () => {
    while ((await files.textContent()).trim() === "0") await farmer.page.waitForTimeout(200);
  });
  await farmer.look("connected");

  await farmer.tap("link", "Receipt for what you share");
  await farmer.look("receipt");
  const kept = await (await fetch(`${farmer.page.url()}.json`)).json();
  assert.equal(kept.piiPrincipalId, "Dale P.");
  const code = machine.ready.growers[0].operations[0].organizationCode;
  assert.ok(!(await farmer.page.content()).includes(code) && !JSON.stringify(kept).includes(code));

  // Whoever merely has the link sees nothing of it.
  const stranger = await stage.person();
  await stranger.open(link);
  await stranger.sees("ask");
}
