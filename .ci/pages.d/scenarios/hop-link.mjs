// A partner's application starts, and the farmer goes from its hop link to ACTIVE.

import assert from "node:assert/strict";
import { read } from "../accessibility.mjs";

export default async function hopLink(stage) {
  const { machine } = stage;
  const user = await machine.user("Dale Pruitt");
  const { signInUrl } = await machine.start(user);
  const farmer = await stage.person();
  await farmer.open(signInUrl);
  await farmer.look("whoseAccount");
  const heard = await read(farmer.page);
  const head = ["Panorama", "and", "Prairie Insights", "heading 1: Is this your account?"];
  assert.deepEqual(heard.slice(0, 4), head);
  assert.equal(heard.at(-1), "button: Continue to Panorama");
  assert.ok(heard.some((line) => line.includes("the account Dale P. in Prairie Insights")));

  await farmer.tap("button", "Continue to Panorama");
  await farmer.signIn();
  await farmer.share();
  await farmer.look("connected");
  assert.equal((await machine.credential(user)).status, "ACTIVE");
  assert.ok(farmer.taps <= 4, `${farmer.taps} taps`);
  stage.say(`${farmer.taps} taps`);
}
