// Somebody who uses the pages: taps, reads, signs in at Panorama. Their taps are counted.

import assert from "node:assert/strict";
import { faults } from "./accessibility.mjs";

/** A page's bytes, as they cross the network. */
const HEAVIEST = 40_000;

export class Person {
  taps = 0;
  /** What the browser's console says of errors; a scenario that expects some takes them out. */
  complaints = [];
  /** The requests since the last navigation of the window, but for the page's own questions. */
  #requests = [];
  #opened = 0;

  constructor(stage, context, page) {
    Object.assign(this, { stage, context, page });
    page.on("console", (message) => {
      // A page with another status than 200 is one of ours all the same.
      const ours = /the server responded with a status of/.test(message.text());
      if (message.type() === "error" && !ours) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("request", (request) => {
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) {
        this.#requests = request.redirectedFrom() === null ? [] : this.#requests;
        return;
      }
      // What a page that follows asks: its own address, and nobody else's.
      const own = request.resourceType() === "fetch" && request.url().split("?")[0] === page.url();
      if (!own) this.#requests.push(request.url());
    });
  }

  /** Follows a link from elsewhere: a mail, a message. That is a tap, and the clock starts. */
  async open(url) {
    this.#opened = Date.now();
    this.taps = 1;
    return this.page.goto(url);
  }

  /** Taps what has this role and name. */
  async tap(role, name) {
    this.taps += 1;
    const what = this.page.getByRole(role, { name });
    await (this.stage.device === "phone" && this.context ? what.tap() : what.click());
  }

  /** Seconds since the link was opened. */
  seconds() {
    return (Date.now() - this.#opened) / 1000;
  }

  /** The page's outcome, which it says to programs. */
  outcome() {
    return this.page.locator("body").getAttribute("data-outcome");
  }

  /** Is, or comes to be, on our page with this outcome. */
  async sees(outcome) {
    await this.page.locator(`body[data-outcome=${outcome}]`).waitFor();
  }

  /**
   * Looks at a page of ours, which has to have this outcome: is it light, does it fetch nothing,
   * can everybody use it, in light and dark and with large text? And takes its pictures.
   */
  async look(outcome, { requests = 0, name = outcome } = {}) {
    await this.sees(outcome);
    const { page } = this;
    assert.equal(this.#requests.length, requests, `it fetches ${this.#requests.join(", ")}`);
    const bytes = Buffer.byteLength(await page.content());
    assert.ok(bytes < HEAVIEST, `${outcome} has ${bytes} bytes`);
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.screenshot({ path: this.stage.picture(name, scheme), fullPage: true });
      assert.deepEqual(await faults(page), [], `${outcome}, ${scheme}`);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await this.#enlarged(outcome);
  }

  /** A picture of a page whose scripts do not run, so that axe-core cannot either. */
  async picture(outcome) {
    await this.sees(outcome);
    for (const scheme of ["light", "dark"]) {
      await this.page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await this.page.screenshot({ path: this.stage.picture(outcome, scheme), fullPage: true });
    }
    await this.page.emulateMedia({ colorScheme: "light" });
  }

  /** Text of twice the size (WCAG 1.4.4) makes nothing wider than the window, or unusable. */
  async #enlarged(outcome) {
    const { page } = this;
    const size = (percent) =>
      page.evaluate((percent) => {
        document.documentElement.style.fontSize = percent;
        return document.documentElement.scrollWidth;
      }, percent);
    // Not `innerWidth`, which a phone makes as large as what is on the page.
    const room = page.viewportSize().width;
    const wide = await size("200%");
    assert.ok(wide <= room, `${outcome} is ${wide} wide in a window of ${room}, at twice the size`);
    assert.deepEqual(await faults(page), [], `${outcome}, at twice the size`);
    await size("");
  }

  /** Has come to Panorama: the tap has done what it does. */
  async isAtPanorama() {
    await this.page.waitForURL((url) => url.href.startsWith(this.stage.machine.panorama));
  }

  /** Signs in at the simulated Panorama; a farmer usually is, so it is no tap. */
  async signIn(grower = this.stage.machine.ready.growers[0]) {
    await this.page.getByRole("textbox", { name: "Username" }).fill(grower.username);
    await this.page.locator("input[type=password]").fill(grower.password);
    await this.page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  /** Switches the partner on in Panorama for an operation: two taps. */
  async share(operation = this.stage.machine.ready.growers[0].operations[0].name) {
    await this.tap("radio", operation);
    await this.tap("button", "Turn on sharing");
  }
}
