// Somebody who has just cloned it: from what `cargo run` prints to a farmer's ACTIVE, by clicking.
// The only things that are typed are a farmer's name, and the sample login that Panorama's page
// shows.

import assert from "node:assert/strict";
import { Person } from "../person.mjs";

export default async function newcomer(stage) {
  const { machine } = stage;
  const [grower] = machine.ready.growers;
  const engineer = await stage.person();
  const { page } = engineer;
  await engineer.open(machine.api);
  await engineer.tap("button", "Sign in");
  await engineer.tap("button", "Add a farmer");
  await page.getByRole("textbox", { name: "Name" }).fill("Dale Pruitt");
  await page.screenshot({ path: stage.picture("add-a-farmer", "light"), fullPage: true });
  await engineer.tap("button", "Add the farmer");
  await page.getByRole("heading", { level: 1, name: "Dale Pruitt" }).waitFor();
  await engineer.tap("button", "Make a magic link");
  await engineer.tap("button", "Make the link");
  await page.getByRole("link", { name: "Open it as the farmer" }).waitFor();
  await page.screenshot({ path: stage.picture("link-made", "light"), fullPage: true });

  const opened = engineer.context.waitForEvent("page");
  await engineer.tap("link", "Open it as the farmer");
  const farmer = new Person(stage, engineer.context, await opened);
  await farmer.tap("button", "Continue to Panorama");
  await farmer.signIn(grower);
  farmer.taps += 1;
  await farmer.share(grower.operations[0].name);
  await farmer.sees("connected");
  await farmer.page.close();

  await engineer.tap("button", "Close");
  await engineer.tap("link", /^Connections$/);
  const entry = page.getByRole("article").filter({ hasText: "Dale Pruitt" });
  await entry.getByText("Active", { exact: true }).waitFor();
  const clicks = engineer.taps + farmer.taps;
  await page.screenshot({ path: stage.picture("in-the-list", "light"), fullPage: true });
  assert.deepEqual(farmer.complaints, []);
  assert.ok(clicks <= 13, `${clicks} clicks`);
  stage.say(`${clicks} clicks, ${farmer.taps} of them the farmer's, ${engineer.seconds().toFixed(1)} s`);
}
