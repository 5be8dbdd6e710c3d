// A running service with its simulated Panorama, and what a partner's application asks of it.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

export class Machine {
  static async start(flags) {
    const machine = new Machine();
    machine.folder = mkdtempSync(join(tmpdir(), "pages-"));
    const ready = join(machine.folder, "ready.json");
    machine.log = join(machine.folder, "log");
    const log = openSync(machine.log, "a");
    const free = ["--in-memory", "--api-port", "0", "--panorama-port", "0"];
    machine.process = spawn(process.env.PROGRAM, [...free, "--ready-file", ready, ...flags], {
      stdio: ["ignore", log, log],
    });
    for (let tries = 0; !existsSync(ready); tries += 1) {
      if (machine.process.exitCode !== null || tries > 600) {
        machine.tail();
        throw new Error("the service does not start");
      }
      await wait(50);
    }
    machine.ready = JSON.parse(readFileSync(ready, "utf8"));
    const { id_token } = await machine.post("/api/authenticate", {
      ...machine.ready.owner,
      rememberMe: true,
    });
    machine.token = id_token;
    return machine;
  }

  get api() {
    return this.ready.apiUrl;
  }

  get panorama() {
    return this.ready.panoramaUrl;
  }

  /** A call of the API, as the partner's application makes it. */
  async call(method, path, body) {
    const answer = await fetch(this.api + path, {
      method,
      headers: {
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...(body && { "content-type": "application/json" }),
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  post(path, body) {
    return this.call("POST", path, body);
  }

  get(path) {
    return this.call("GET", path);
  }

  /** A Leaf user for a farmer of this name. */
  async user(name = "Dale Pruitt") {
    const email = "farmer@farm.example";
    return (await this.post("/services/usermanagement/api/users", { name, email })).id;
  }

  /** A start; without a code its `signInUrl` is the hop link. */
  start(user, organizationCode) {
    return this.post(
      `/services/usermanagement/api/users/${user}/one-click-integration/Panorama`,
      { appName: this.ready.appName, clientEnvironment: "STAGE", organizationCode },
    );
  }

  /** A magic link for a Leaf user; its answer has the whole `link`. */
  magicLink(user, body = {}) {
    return this.post(`/services/widgets/api/magic-link/users/${user}/authentication`, {
      provider: "Panorama",
      ...body,
    });
  }

  /** What the partner reads of a Leaf user's connection. */
  credential(user) {
    return this.get(`/services/usermanagement/api/users/${user}/panorama-credentials`);
  }

  /** Switches sharing off, as the grower would. */
  async revoke(code) {
    await this.control("POST", `operations/${code}/revoke`);
  }

  /** Lets minutes pass, for the service and its Panorama. */
  async pass(minutes) {
    await this.control("POST", "clock", { forwardSeconds: minutes * 60 });
  }

  /** Waits until a Leaf user's credential has this status, which something else brings about. */
  async becomes(user, status) {
    for (let tries = 0; tries < 100; tries += 1) {
      const credential = await this.credential(user).catch(() => null);
      if (credential?.status === status) return credential;
      await wait(100);
    }
    throw new Error(`${user} does not become ${status}`);
  }

  /** The simulated Panorama's control API. */
  async control(method, path, body) {
    const answer = await fetch(`${this.panorama}/control/${path}`, {
      method,
      redirect: "manual",
      body: body && JSON.stringify(body),
    });
    if (answer.status >= 400) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  /** The last of what it said. */
  tail() {
    const lines = readFileSync(this.log, "utf8").split("\n");
    console.error(lines.filter((line) => /^\d{4}-/.test(line)).slice(-12).join("\n"));
  }

  async stop() {
    if (this.process.exitCode === null) {
      const ended = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill();
      await ended;
    }
    rmSync(this.folder, { recursive: true });
  }
}
