// The grower switches sharing off, the check finds out, and the partner mails a link that connects
// the same operation again: another one is refused, and nothing is lost. On the phone in French.

import assert from "node:assert/strict";

const WORDS = {
  "en-US": { onward: "Continue to Panorama", again: "Start again" },
  "fr-CA": { onward: "Continuer vers Panorama", again: "Recommencer" },
};

export default async function reconnect(stage) {
  const { machine } = stage;
  const locale = stage.device === "phone" ? "fr-CA" : "en-US";
  const words = WORDS[locale];
  const [grower] = machine.ready.growers;
  const [asked, other] = grower.operations;
  const user = await machine.user("Maria Lindqvist");
  const farmer = await stage.person({ locale });
  const { link: first } = await machine.magicLink(user, { expiresIn: 2592000 });
  await farmer.open(first);
  await farmer.tap("button", words.onward);
  await farmer.signIn(grower);
  await farmer.share(asked.name);
  await farmer.sees("connected");
  const connected = await machine.credential(user);

  // A link to reconnect what works has nothing to do.
  const { link: needless } = await machine.magicLink(user, { reconnect: true });
  await farmer.page.goto(needless);
  await farmer.look("connected", { name: "works-already" });

  // The schedule of the check comes.
  await machine.revoke(asked.organizationCode);
  await machine.pass(16);
  const revoked = await machine.becomes(user, "REVOKED");
  assert.equal(revoked.id, connected.id);
  await farmer.page.goto(first);
  await farmer.look("ask", { name: "the-first-link-after-it" });

  const { link } = await machine.magicLink(user, { reconnect: true, expiresIn: 86400 });
  const unharmed = async () => {
    const { id, status, organizationCode } = await machine.credential(user);
    assert.deepEqual([id, status, organizationCode], [connected.id, "REVOKED", asked.organizationCode]);
  };
  await farmer.open(link);
  await farmer.look("reconnect");
  await farmer.tap("button", words.onward);
  await farmer.share(other.name);
  await farmer.look("otherOperation");
  const next = await farmer.page.locator("main li").allTextContents();
  assert.match(next[0], /the same operation as before|la même exploitation qu’avant/);
  assert.equal(next.length, 2, "and the other one can be switched off");
  await unharmed();

  await farmer.tap("button", words.again);
  await farmer.share(asked.name);
  await farmer.look("connected");
  const again = await machine.credential(user);
  assert.deepEqual([again.id, again.status], [connected.id, "ACTIVE"]);
  assert.equal(again.organizationCode, asked.organizationCode);
}
