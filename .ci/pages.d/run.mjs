// Goes every way through the pages, at a phone and at a desk: `node run.mjs [FILTER…]`.
//
// A scenario is a file of scenarios/: its `default` is an async function that is given a `Stage`
// (stage.mjs). It may also export `flags`, of the program; `devices`, if not all; and `options`, of
// the browser's context.

import { readdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { Machine } from "./machine.mjs";
import { DEVICES, Stage } from "./stage.mjs";

const filters = process.argv.slice(2);
const folder = new URL("scenarios/", import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".mjs"))
  .map((file) => file.slice(0, -".mjs".length))
  .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
  .sort();
if (names.length === 0) {
  console.error(`no scenario is named like ${filters.join(", ")}`);
  process.exit(1);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  // Whoever runs this in a container is root there, and has no other sandbox.
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
let failed = 0;
for (const name of names) {
  const scenario = await import(new URL(`${name}.mjs`, folder));
  for (const device of scenario.devices ?? Object.keys(DEVICES)) {
    const machine = await Machine.start(scenario.flags ?? []);
    const stage = new Stage({ browser, machine, name, device, options: scenario.options ?? {} });
    try {
      await scenario.default(stage);
      await stage.end();
      console.log(`ok   ${name}, ${device}${stage.said}`);
    } catch (error) {
      failed += 1;
      console.error(`FAILED ${name}, ${device}: ${error.stack ?? error}`);
      await stage.fail();
      machine.tail();
    } finally {
      await stage.close();
      await machine.stop();
    }
  }
}
await browser.close();
if (failed > 0) {
  console.error(`${failed} failed; pictures are in ${process.env.PICTURES}`);
  process.exit(1);
}
