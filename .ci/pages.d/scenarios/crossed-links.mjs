// Two farmers, two phones, a link each; the links are opened on the wrong phone, and sent on. An
// account gets the operation of nobody who has not pressed the button of a page that names it.

import assert from "node:assert/strict";

const WORDS = {
  "en-US": { onward: "Continue to Panorama", takeOver: "I opened it myself: continue" },
  "es-MX": { onward: "Continuar a Panorama", takeOver: "Lo abrí yo: continuar" },
};

export default async function crossedLinks(stage) {
  await sentOn(stage);
  await pressedOnTheWrongPhone(stage);
}

/** Each looks at the other's link mid-way, sees another name, and sends it on. */
async function sentOn(stage) {
  const { machine } = stage;
  const [maria, dale] = await twoFarmers(stage, 0);
  for (const [one, other] of [[maria, dale], [dale, maria]]) {
    await one.open(one.link);
    await one.tap("button", one.words.onward);
    await one.isAtPanorama();
    await one.page.goto(other.link);
    await one.page.getByText(other.shown).first().waitFor();
    assert.ok(!(await one.page.content()).includes(one.shown), "the page names one account");
  }
  // Maria was first, so Dale's link was not under way when she looked; hers was when he did.
  await dale.look("openedElsewhere");
  for (const one of [maria, dale]) {
    await one.page.goto(one.link);
    await one.sees("underWay");
    await one.tap("button", one.words.onward);
    await one.signIn(one.grower);
    await one.share(one.operation.name);
    await one.sees("connected");
  }
  for (const one of [maria, dale]) await has(machine, one.user, one.operation);
}

/** Each presses the button of the other's page as well, so that a browser is in two sessions: what
 *  comes back from Panorama could be either's, and is nobody's. Then each does it right. */
async function pressedOnTheWrongPhone(stage) {
  const { machine } = stage;
  const [maria, dale] = await twoFarmers(stage, 1);
  await maria.open(maria.link);
  await maria.tap("button", maria.words.onward);
  await maria.isAtPanorama();
  await dale.open(dale.link);
  await dale.tap("button", dale.words.onward);
  await dale.isAtPanorama();
  await dale.page.goto(maria.link);
  await dale.tap("button", dale.words.takeOver);
  await dale.signIn(dale.grower);
  await dale.share(dale.operation.name);
  await dale.look("notBound");
  for (const { user } of [maria, dale]) assert.equal((await machine.credential(user)).status, "PENDING");

  // Her phone was in the session before his took it over; it says so, and she takes it back.
  await maria.page.goto(maria.link);
  await maria.look("openedElsewhere");
  await maria.tap("button", maria.words.takeOver);
  await maria.signIn(maria.grower);
  await maria.share(maria.operation.name);
  await maria.look("connected");
  await has(machine, maria.user, maria.operation);

  await dale.page.goto(dale.link);
  await dale.sees("underWay");
  await dale.tap("button", dale.words.onward);
  await dale.share(dale.operation.name);
  await dale.look("connected");
  for (const one of [maria, dale]) await has(machine, one.user, one.operation);
}

/** Maria reads Spanish, and her phone runs no script in the first half. */
async function twoFarmers(stage, number) {
  const { machine } = stage;
  const scripts = number > 0;
  const of = async (at, name, shown, locale, more = {}) => {
    const grower = machine.ready.growers[at];
    const user = await machine.user(name);
    const { link } = await machine.magicLink(user);
    const person = await stage.person({ locale, ...more });
    return Object.assign(person, { grower, user, link, shown, words: WORDS[locale], operation: grower.operations[number] });
  };
  return [
    await of(0, "Maria Lindqvist", "Maria L.", "es-MX", { javaScriptEnabled: scripts }),
    await of(1, "Dale Pruitt", "Dale P.", "en-US"),
  ];
}

/** The Leaf user is connected to this operation and to no other. */
async function has(machine, user, operation) {
  const { status, organizationCode } = await machine.credential(user);
  assert.deepEqual([status, organizationCode], ["ACTIVE", operation.organizationCode]);
}
