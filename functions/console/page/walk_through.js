// The steps with true values of this very service. A command that only reads can be run from here;
// the others are for a terminal, with whatever bash there is.

import { PATHS, credential, list, origin, read, user } from "./api.js";
import { button, choice, field, h } from "./elements.js";
import { copyable } from "./copying.js";
import { failure, fill } from "./states.js";

const UPPER = { operations: "/services/operations/api/operations", fields: "/services/fields/api" };

export function showWalkThrough({ settings, signal }) {
  const place = h("div", null);
  fill(place, () => known(settings, signal), (values) => {
    if (values.users.length < 2) return stepsOf(values, settings, signal);
    const steps = h("div", null, stepsOf(values, settings, signal));
    const chosen = choice(values.users.map((it) => [it.id, `${it.name ?? "Leaf user"}`.slice(0, 60)]), (id) => {
      steps.replaceChildren(...stepsOf({ ...values, user: values.users.find((it) => it.id === id) }, settings, signal).flat());
    });
    return [field("For which Leaf user", chosen), steps];
  });
  return [h("p", null, "What your application does, step by step, with the values of this service. Copy the commands into bash, in this order: later ones use what the first have set."), place];
}

/** What there is to speak of. */
async function known({ simulation }, signal) {
  const [keys, users, operations] = await Promise.all([
    list(PATHS.appKeys, { size: 100 }, { signal }),
    list(PATHS.users, { size: 20 }, { signal }),
    simulation ? fetch(`${simulation.panoramaUrl}/control/operations`, { signal }).then((it) => it.json(), () => []) : [],
  ]);
  const appKey = keys.entries.find((it) => it.clientEnvironment === "STAGE") ?? keys.entries[0];
  const operation = operations.find((it) => it.environment === appKey?.clientEnvironment);
  return { appKey, users: users.entries, user: users.entries[0], operation, simulation };
}

function stepsOf({ appKey, user: farmer, operation, simulation }, settings, signal) {
  const at = origin();
  const id = farmer?.id;
  const login = simulation?.owner ?? { username: "YOUR_USERNAME", password: "YOUR_PASSWORD" };
  const start = { appName: appKey?.appName ?? "YOUR_APP", clientEnvironment: appKey?.clientEnvironment ?? "STAGE",
    organizationCode: operation?.organizationCode };
  const reads = (where, query) => [
    copyable(`curl -s ${quoted(at + where + asQuery(query))} -H "$AUTH"`, `GET ${where}`), runs(where, query, signal)];
  return [
    step("0. Sign in", "A token is valid for 24 hours. The console has its own.", copyable(
      `TOKEN=$(curl -s ${quoted(`${at}/api/authenticate`)} -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(login))} \\\n  | sed 's/.*"id_token":"\\([^"]*\\)".*/\\1/')\nAUTH="Authorization: Bearer $TOKEN"`, "step 0")),
    step("1. Your app key", appKey ? `${appKey.appName} ${appKey.clientEnvironment} is registered.` : "None is registered yet. Put your Panorama account in here.",
      appKey ? reads(PATHS.appKeys) : copyable(`curl -s ${quoted(`${at}${PATHS.appKeys}/YOUR_APP/STAGE`)} -H "$AUTH" -H 'Content-Type: application/json' \\\n  -d '{"clientId":"…","username":"…","password":"…","sharingUrlId":"…"}'`, "step 1")),
    step("2. A Leaf user", "Your record of one farmer.",
      copyable(`curl -s ${quoted(at + PATHS.users)} -H "$AUTH" -H 'Content-Type: application/json' \\\n  -d '{"name":"Dale Pruitt","email":"dale@pruittgrain.example"}'`, "step 2"),
      id ? reads(user(id)) : h("p", { class: "hint" }, "There is none yet. Make one, then reload this page.")),
    id && [
      step("3. and 4. Start", operation ? "With the Organization Code that the farmer gave you. Leave it out for a link that binds the farmer's browser." : "Without an Organization Code: the farmer's browser is bound by the link. It works for 15 minutes.",
        copyable(`curl -s ${quoted(`${at}${user(id)}/one-click-integration/Panorama`)} -H "$AUTH" -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(start))}`, "step 4")),
      step("5. The farmer's part", "The farmer opens the signInUrl and switches your connection on in Panorama.",
        operation && [h("p", { class: "hint" }, `Here, in a browser: sign in as ${operation.grower.username} and switch "${operation.name}" on. Or let a script do it:`),
          copyable(`curl -s -L -d '' ${quoted(`${simulation.panoramaUrl}/control/operations/${encodeURIComponent(operation.organizationCode)}/share`)} | grep -o '<h1>[^<]*'`, "step 5"),
          h("p", null, h("a", { href: "#/simulator" }, "Or switch it on in the simulated Panorama"))]),
      step("6. Read the connection", "ACTIVE, PENDING, or why there is none.", reads(credential(id)), reads(`${credential(id)}/events`)),
      step("7. Read what is shared", "These lists fill up by themselves, within seconds of step 5.",
        reads(`${UPPER.fields}/users/${encodeURIComponent(id)}/fields`), reads(UPPER.operations, { leafUserId: id }), reads(PATHS.files, { leafUserId: id, status: "processed" })),
    ],
  ].flat(Infinity).filter(Boolean);
}

function step(title, about, ...content) {
  return h("section", { class: "step" }, h("h2", null, title), h("p", null, about), content);
}

function runs(where, query, signal) {
  const answer = h("div", { "aria-live": "polite" });
  return h("div", null, button("Run it here", async () => {
    try {
      const found = await read(where, { query, signal });
      answer.replaceChildren(h("pre", { tabindex: "0", "aria-label": `The answer to GET ${where}` }, JSON.stringify(found, null, 2)));
    } catch (error) {
      answer.replaceChildren(failure(error));
    }
  }, { "aria-label": `Run it here: GET ${where}` }), answer);
}

/** As one word of bash, whatever is in it. */
export function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const asQuery = (query) => (query ? `?${new URLSearchParams(query)}` : "");
