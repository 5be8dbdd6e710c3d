// Should a script get into the page, the browser does not run it.

import assert from "node:assert/strict";

export const devices = ["desk"];

export default async function injected(stage) {
  const { machine } = stage;
  const { link } = await machine.magicLink(await machine.user());
  const farmer = await stage.person();
  await farmer.page.route(link, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(
      "</main>",
      "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'></main>",
    );
    await route.fulfill({ response, body });
  });
  await farmer.open(link);
  await farmer.sees("ask");
  assert.equal(await farmer.page.evaluate(() => window.ran), undefined);
  assert.ok(farmer.complaints.some((said) => said.includes("script-src")), farmer.complaints.join());
  farmer.complaints.length = 0;
}
