// Without script and in Spanish; another browser; another operation; disconnected; deleted.

import assert from "node:assert/strict";

export default async function otherWays(stage) {
  const { machine } = stage;
  const user = await machine.user("María del Carmen Ruiz");
  const { link, id } = await machine.magicLink(user, { settings: { disconnectEnabled: true } });
  const spanish = { locale: "es-MX", javaScriptEnabled: false };
  const farmer = await stage.person(spanish);
  await farmer.open(link);
  await farmer.sees("ask");
  assert.equal(await farmer.page.locator("h1").textContent(), "¿Conectar su operación a Prairie Insights?");
  await farmer.tap("button", "Continuar a Panorama");
  await farmer.isAtPanorama();

  // In the mail program's browser it was another one; this is the real one.
  const other = await stage.person();
  await other.open(link);
  await other.look("openedElsewhere");
  await farmer.page.goto(link);
  await farmer.sees("underWay");
  await farmer.tap("button", "Continuar a Panorama");
  await farmer.signIn();
  await farmer.tap("button", "Decline");
  await farmer.sees("declined");
  await farmer.tap("button", "Empezar de nuevo");
  await farmer.share();
  await farmer.sees("connected");
  assert.equal((await machine.credential(user)).status, "ACTIVE");

  // A second account for the same operation.
  const second = await machine.user("Amina Yusuf");
  const { link: hers } = await machine.magicLink(second, { settings: { companyName: "</script>🌾" } });
  await other.open(hers);
  await other.tap("button", "Continue to Panorama");
  await other.isAtPanorama();
  await other.page.goto(hers);
  await other.look("underWay");
  await other.tap("button", "Continue to Panorama");
  await other.signIn();
  await other.share();
  await other.look("operationOwned");

  await farmer.page.locator("summary").click();
  await farmer.tap("button", "Sí, desconectar");
  await farmer.sees("disconnected");
  await machine.call("DELETE", `/services/widgets/api/magic-link/authentication/${id}`);
  await other.open(link);
  await other.look("unknownLink");
}
