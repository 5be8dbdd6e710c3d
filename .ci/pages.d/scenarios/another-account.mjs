// The operation is not the one: it belongs to another account already, or another one was asked
// for. Nothing of the other account is told or changed, and the farmer goes on with the right one.

import assert from "node:assert/strict";

export default async function anotherAccount(stage) {
  const { machine } = stage;
  const [grower] = machine.ready.growers;
  const [theirs, own] = grower.operations;
  const first = await machine.user("Evangeline Thibodeaux");
  const brother = await stage.person();
  const { link: taken } = await machine.magicLink(first);
  await brother.open(taken);
  await brother.tap("button", "Continue to Panorama");
  await brother.signIn(grower);
  await brother.share(theirs.name);
  await brother.sees("connected");
  const before = await machine.credential(first);

  const second = await machine.user("Bartholomew Okonkwo");
  const { link } = await machine.magicLink(second, { maxUsage: 1 });
  const farmer = await stage.person({ locale: "pt-BR" });
  await farmer.open(link);
  await farmer.look("ask");
  await farmer.tap("button", "Continuar para o Panorama");
  await farmer.signIn(grower);
  await farmer.share(theirs.name);
  await farmer.look("operationOwned");
  const told = await farmer.page.content();
  assert.ok(!/Evangeline|Thibodeaux/.test(told) && !told.includes(first), "nobody else is named");
  await farmer.page.reload();
  await farmer.sees("operationOwned");

  // The link could be used once, and this is the same use.
  await farmer.tap("button", "Começar de novo");
  await farmer.share(own.name);
  await farmer.look("connected");
  assert.equal((await machine.credential(second)).organizationCode, own.organizationCode);
  assert.deepEqual(await statusOf(machine, first), [before.id, "ACTIVE", theirs.organizationCode]);

  // A start that names the operation sends its farmer straight to Panorama.
  const [, neighbour] = machine.ready.growers;
  const [asked, another] = neighbour.operations;
  const third = await machine.user("Dale Pruitt");
  const { signInUrl } = await machine.start(third, asked.organizationCode);
  const visitor = await stage.person();
  await visitor.open(signInUrl);
  await visitor.signIn(neighbour);
  await visitor.share(another.name);
  await visitor.look("notBound");
  assert.equal((await machine.credential(third)).status, "PENDING");
  await visitor.page.goto(signInUrl);
  await visitor.share(asked.name);
  await visitor.look("connected", { name: "connected-by-code" });
  assert.equal((await machine.credential(third)).organizationCode, asked.organizationCode);
}

async function statusOf(machine, user) {
  const { id, status, organizationCode } = await machine.credential(user);
  return [id, status, organizationCode];
}
