// The other ends of a hop link: declined, another browser, a second account for one operation,
// a link that is none.

export default async function hopLinkEnds(stage) {
  const { machine } = stage;
  const dale = await stage.person();
  const user = await machine.user("Dale Pruitt");
  const { signInUrl } = await machine.start(user);
  await dale.open(signInUrl);
  await dale.tap("button", "Continue to Panorama");
  await dale.signIn();
  await dale.tap("button", "Decline");
  await dale.look("declined");

  const other = await stage.person();
  await other.open(signInUrl);
  await other.look("openedElsewhere");

  await dale.open(signInUrl);
  await dale.share();
  await dale.sees("connected");

  const second = await machine.user("María del Carmen Ruiz");
  const { signInUrl: another } = await machine.start(second);
  await other.open(another);
  await other.tap("button", "Continue to Panorama");
  await other.signIn();
  await other.share();
  await other.look("operationOwned");

  await other.open(`${machine.api}/connect/0b9d3c5e-0000-4000-8000-000000000000`);
  await other.look("unknownLink");
}
