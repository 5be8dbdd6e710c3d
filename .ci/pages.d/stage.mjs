// What a scenario has: the machine, and people with a browser each.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Person } from "./person.mjs";

export const DEVICES = {
  phone: {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  },
  desk: { viewport: { width: 1280, height: 900 } },
};

export class Stage {
  #people = [];
  #pictures = 0;

  constructor({ browser, machine, name, device, options }) {
    Object.assign(this, { browser, machine, name, device, options, said: "" });
  }

  /** Somebody with a browser of their own: their cookies are nobody else's. */
  async person(options = {}) {
    const context = await this.browser.newContext({
      locale: "en-US",
      ...DEVICES[this.device],
      ...this.options,
      ...options,
    });
    context.setDefaultTimeout(20_000);
    const person = new Person(this, context, await context.newPage());
    this.#people.push(person);
    return person;
  }

  /** A word for the line that says that all went well. */
  say(text) {
    this.said += `, ${text}`;
  }

  /** Where the next picture goes. */
  picture(state, scheme) {
    const number = String(scheme === "light" ? ++this.#pictures : this.#pictures).padStart(2, "0");
    return join(
      process.env.PICTURES,
      `${this.name}-${this.device}-${number}-${state}-${scheme}.png`,
    );
  }

  /** What must be true of every scenario when it has come to its end. */
  async end() {
    for (const person of this.#people) {
      assert.deepEqual(person.complaints, [], "the browser's console complains");
    }
  }

  /** What a failed scenario leaves to look at. */
  async fail() {
    for (const [at, person] of this.#people.entries()) {
      const path = join(process.env.PICTURES, `${this.name}-${this.device}-failed-${at}.png`);
      await person.page.screenshot({ path, fullPage: true }).catch(() => {});
      console.error(`  at ${new URL(person.page.url(), "about:blank").pathname.slice(0, 40)}…: ${path}`);
      for (const complaint of person.complaints) console.error(`  console: ${complaint}`);
    }
  }

  async close() {
    for (const { context } of this.#people) await context.close();
  }
}
