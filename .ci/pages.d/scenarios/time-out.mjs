// The 15 minutes run out: before an open page, which says so by itself; before one without script;
// and while the farmer is in Panorama. One tap starts again each time.

import assert from "node:assert/strict";

export default async function timeOut(stage) {
  await inFrontOfThePage(stage);
  await withoutScript(stage);
  await inPanorama(stage);
}

async function inFrontOfThePage(stage) {
  const { machine } = stage;
  const user = await machine.user("Dale Pruitt");
  const { link } = await machine.magicLink(user, { maxUsage: 1, expiresIn: 86400 });
  const farmer = await stage.person();
  await farmer.page.clock.install();
  await farmer.open(link);
  await farmer.tap("button", "Continue to Panorama");
  await farmer.isAtPanorama();
  await farmer.page.goto(link);
  await farmer.look("underWay");
  await farmer.page.locator("[data-left]", { hasText: /^1[45]:\d\d$/ }).waitFor();

  // Time passes for the service, and in the browser.
  await machine.pass(16);
  await farmer.page.clock.fastForward("15:30");
  await farmer.look("timedOut");
  const said = farmer.page.getByRole("status").filter({ hasText: "The time ran out." });
  assert.equal(await said.count(), 1, "whoever listens is told");
  await farmer.page.reload();
  await farmer.sees("timedOut");

  // The link can be used once, and this is the same use.
  farmer.taps = 0;
  await farmer.tap("button", "Start again");
  await farmer.signIn();
  await farmer.share();
  await farmer.look("connected");
  assert.equal((await machine.credential(user)).status, "ACTIVE");
  assert.ok(farmer.taps <= 3, `${farmer.taps} taps`);
  stage.say(`${farmer.taps} taps to start again`);
}

/** In Spanish, and the page loads itself again, as the one would that a farmer has left open. */
async function withoutScript(stage) {
  const { machine } = stage;
  const [, grower] = machine.ready.growers;
  const user = await machine.user("María del Carmen Ruiz");
  const { link } = await machine.magicLink(user, { expiresIn: 86400 });
  const farmer = await stage.person({ locale: "es-MX", javaScriptEnabled: false });
  await farmer.open(link);
  await farmer.tap("button", "Continuar a Panorama");
  await farmer.isAtPanorama();
  await farmer.page.goto(link);
  await farmer.picture("underWay");
  await machine.pass(16);
  await farmer.page.reload();
  await farmer.picture("timedOut");
  assert.equal(await farmer.page.locator("h1").textContent(), "Se agotó el tiempo.");
  await farmer.tap("button", "Empezar de nuevo");
  await farmer.signIn(grower);
  await farmer.share(grower.operations[0].name);
  await farmer.picture("connected");
  assert.equal((await machine.credential(user)).status, "ACTIVE");
}

/** The switch is on before the farmer hears that it was too late: it is not pressed in vain. */
async function inPanorama(stage) {
  const { machine } = stage;
  const operation = machine.ready.growers[0].operations[1].name;
  const user = await machine.user("Amina Yusuf");
  const { link } = await machine.magicLink(user, { expiresIn: 86400 });
  const farmer = await stage.person();
  await farmer.open(link);
  await farmer.tap("button", "Continue to Panorama");
  await farmer.signIn();
  await machine.pass(16);
  await farmer.share(operation);
  await farmer.look("timedOut", { name: "timedOut-in-Panorama" });
  await farmer.tap("button", "Start again");
  await farmer.share(operation);
  await farmer.look("connected");
  assert.equal((await machine.credential(user)).status, "ACTIVE");
}
