// Steps 0 to 6 with the types that openapi-typescript generates from infra/openapi.yaml: `node steps.js READY_FILE`.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema.js";

interface Ready {
  apiUrl: string;
  panoramaUrl: string;
  appName: string;
  owner: { username: string; password: string };
  clientId: string;
  sharingUrlId: string;
  partner: { username: string; password: string };
  growers: { operations: { organizationCode: string }[] }[];
}

type Credential = components["schemas"]["CredentialOrSession"];

/** What a step answered, if it is not refused. */
function expect<T>(answer: { data?: T; error?: unknown }): T {
  assert.ok(answer.data !== undefined, JSON.stringify(answer.error));
  return answer.data;
}

const ready = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Ready;
const code = ready.growers[0]?.operations[0]?.organizationCode;
assert.ok(code !== undefined);
const { clientId, sharingUrlId, partner } = ready;
const client = createClient<paths>({ baseUrl: ready.apiUrl });

// 0. Sign in.
const { id_token } = expect(await client.POST("/api/authenticate", { body: { ...ready.owner, rememberMe: true } }));
const bearer: Middleware = {
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${id_token}`);
    return request;
  },
};
client.use(bearer);

// 1. The app key. It is seeded, so this sends the same again.
const appKey = expect(
  await client.POST("/services/usermanagement/api/app-keys/{provider}/{appName}/{clientEnvironment}", {
    params: { path: { provider: "Panorama", appName: ready.appName, clientEnvironment: "STAGE" } },
    body: { clientId, ...partner, sharingUrlId },
  }),
);
assert.equal(appKey.clientEnvironment, "STAGE");

// 2. A Leaf user.
const email = "dale@pruittgrain.example";
const user = expect(
  await client.POST("/services/usermanagement/api/users", {
    body: { name: "Dale Pruitt", email },
  }),
);
const page = expect(
  await client.GET("/services/usermanagement/api/users", { params: { query: { email, size: 1 } } }),
);
assert.equal(page.length, 1);

// 3. and 4. Start, as in Leaf's tutorial.
const started = expect(
  await client.POST("/services/usermanagement/api/users/{leafUserId}/one-click-integration/{provider}", {
    params: { path: { leafUserId: user.id, provider: "Panorama" } },
    body: { clientEnvironment: "STAGE", clientId, ...partner, organizationCode: code },
  }),
);
assert.equal(started.status, "PENDING");

// 5. The farmer switches the connection on, and the browser comes back.
const shared = await fetch(`${ready.panoramaUrl}/control/operations/${code}/share`, { method: "POST" });
assert.ok(shared.ok);

// 6. Connected.
const leafUserId = user.id;
const credential: Credential = expect(
  await client.GET("/services/usermanagement/api/users/{leafUserId}/panorama-credentials", {
    params: { path: { leafUserId }, query: { verify: true } },
  }),
);
assert.ok(credential.status !== "PENDING", "the session is still running");
// The status has told the types apart.
assert.equal(`${credential.status} ${credential.organizationCode}`, `ACTIVE ${code}`);
const events = expect(
  await client.GET("/services/usermanagement/api/users/{leafUserId}/panorama-credentials/events", {
    params: { path: { leafUserId }, query: { sort: "createdDate,desc" } },
  }),
);
assert.equal(events[0]?.statusCode, 200);
const resources = expect(
  await client.GET("/services/integrations/api/resources", { params: { query: { provider: "Panorama", leafUserId } } }),
);
assert.ok((resources.summaries[0]?.fields ?? 0) > 0);

// What is refused has a type, too.
const nobody = await client.GET("/services/usermanagement/api/users/{leafUserId}", {
  params: { path: { leafUserId: randomUUID() } },
});
assert.ok(nobody.error !== undefined && "errorKey" in nobody.error);
const errorKey: components["schemas"]["ErrorKey"] = nobody.error.errorKey;
assert.equal(errorKey, "leafUserNotFound");

await client.DELETE("/services/usermanagement/api/users/{leafUserId}", { params: { path: { leafUserId } } });
