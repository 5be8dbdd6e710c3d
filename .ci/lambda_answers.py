#!/usr/bin/env python3
"""Every function under the Lambda runtime emulator, with the events in infra/events: what it answers, and how long its init took.

    .ci/lambda_answers.py READY_FILE FOLDER        FOLDER/<function>/bootstrap, as `cargo lambda build` writes it

The events are one farmer's day: ids and cookies that only exist at run time are put in the place of the samples'.
"""

import base64
import contextlib
import copy
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from emulator import Function

ROOT = Path(__file__).resolve().parent.parent
EVENTS = {file.stem: json.loads(file.read_text()) for file in sorted((ROOT / "infra/events").glob("*.json"))}
unused = set(EVENTS)


def event(name: str) -> dict:
    unused.discard(name)
    return copy.deepcopy(EVENTS[name])


def expect(actual: object, expected: object, what: str) -> None:
    # Not what was found: it may be a token.
    if actual != expected:
        sys.exit(f"{what}: expected {expected!r}" + (f", found {actual!r}" if isinstance(actual, (bool, int)) else ""))


def addressed(sample: dict, path: str, query: str = "") -> dict:
    """The event with another path and query, wherever an event has them."""
    sample["rawPath"] = sample["requestContext"]["http"]["path"] = path
    sample["rawQueryString"] = query
    sample["queryStringParameters"] = dict(urllib.parse.parse_qsl(query))
    template = sample["routeKey"].split(" ", 1)[1].split("/")
    sample["pathParameters"] = {name[1:-1]: value for name, value in zip(template, path.split("/")) if name.startswith("{")}
    return sample


def on_route(sample: dict, route: str, path: str) -> dict:
    """The event of another route of the same function, at this path."""
    sample["routeKey"] = sample["requestContext"]["routeKey"] = route
    return addressed(sample, path)


def unauthorized(sample: dict) -> dict:
    """The event as it is when the authorizer has not said that an owner asks."""
    sample["requestContext"].pop("authorizer", None)
    return sample


def routed(sample: dict, method: str) -> dict:
    """The event of another route at its path, on an owner's word; a GET has no body."""
    sample["requestContext"]["http"]["method"] = method
    sample["routeKey"] = sample["requestContext"]["routeKey"] = f"{method} {sample['rawPath']}"
    sample["requestContext"]["authorizer"] = event("users")["requestContext"]["authorizer"]
    if method == "GET":
        del sample["body"]
    return sample


def http(function: Function, sample: dict, status: int) -> dict:
    """The answer, after what holds for every answer in payload format 2.0."""
    what = f"{function.name}, {sample['routeKey']}"
    answer = function.invoke(sample)
    expect(answer.get("statusCode"), status, f"{what}: statusCode")
    expect(answer.get("isBase64Encoded"), False, f"{what}: isBase64Encoded")
    expect(type(answer.get("body", "")), str, f"{what}: body")
    expect(all(isinstance(value, str) for value in answer["headers"].values()), True, f"{what}: one value a header")
    expect("set-cookie" in {name.lower() for name in answer["headers"]}, False, f"{what}: set-cookie among the headers")
    expect(answer["headers"].get("x-request-id"), sample["requestContext"]["requestId"], f"{what}: the gateway's request id")
    return answer


class Day:
    """One day, function by function."""

    def __init__(self, ready: dict, folder: Path):
        self.ready, self.folder, self.inits, self.session = ready, folder, {}, ""

    @contextlib.contextmanager
    def function(self, name: str):
        with Function(name, self.folder / name / "bootstrap", self.ready["environment"]) as function:
            yield function
            self.inits[name] = function.init_milliseconds()
            for secret in (self.ready["owner"]["password"], self.ready["partner"]["password"], self.code()):
                expect(secret in function.log(), False, f"{name}: a secret in the log")

    def code(self) -> str:
        return self.ready["growers"][0]["operations"][0]["organizationCode"]

    def run(self) -> None:
        self.read_the_document()
        token = self.sign_in()
        self.authorize(token)
        self.read_app_keys()
        user = self.create_user()
        cookie = self.start_and_follow(user)
        self.come_back(cookie)
        self.magic_link()
        self.read_what_came_of_it(user)
        self.read_what_is_shared(user)
        self.make_a_magic_link()
        self.register_a_webhook()
        self.refuse_what_leaf_has_not_signed()
        self.work_in_the_background()
        if unused:
            sys.exit(f"events that no function was asked: {', '.join(sorted(unused))}")

    def read_the_document(self) -> None:
        with self.function("console") as console:
            page = http(console, event("console"), 200)
            expect("frame-ancestors 'none'" in page["headers"]["content-security-policy"], True, "console: the policy")
            expect(page["body"].startswith("<!doctype html>"), True, "console: the page")
        with self.function("api-document") as api_document:
            document = json.loads(http(api_document, event("api-document"), 200)["body"])
            expect(document["openapi"].startswith("3.1"), True, "api-document: OpenAPI 3.1")

    def sign_in(self) -> str:
        with self.function("authenticate") as authenticate:
            sample = event("authenticate")
            expect(sample["isBase64Encoded"], True, "authenticate: the sample's body is in base64")
            token = json.loads(http(authenticate, sample, 200)["body"])["id_token"]
            sample["body"] = base64.b64encode(b'{"username":"nobody","password":"wrong","rememberMe":false}').decode()
            problem = http(authenticate, sample, 401)
            expect(problem["headers"]["content-type"], "application/problem+json", "authenticate: a problem document")
            return token

    def authorize(self, token: str) -> None:
        with self.function("authorizer") as authorizer:
            sample = event("authorizer")
            # Every request gets through with a verdict, and the functions refuse (create_user,
            # below).
            nobody = {"isAuthorized": True, "context": {}}
            expect(authorizer.invoke(sample) == nobody, True, "authorizer: a wrong token")
            sample["headers"]["authorization"] = sample["identitySource"][0] = f"Bearer {token}"
            answer = authorizer.invoke(sample)
            expect(answer["isAuthorized"], True, "authorizer: an owner's token")
            expect(answer["context"], {"owner": self.ready["owner"]["username"]}, "authorizer: whose token")
            del sample["headers"]["authorization"]
            expect(authorizer.invoke(sample) == nobody, True, "authorizer: no token")
            sample["headers"] = {"authorization": "Bearer \x01\u00e9", "x\n": "\r\n"}
            expect(authorizer.invoke(sample) == nobody, True, "authorizer: headers that no request could have")

    def read_app_keys(self) -> None:
        with self.function("app-keys") as app_keys:
            keys = json.loads(http(app_keys, event("app-keys"), 200)["body"])
            expect([key["appName"] for key in keys], [self.ready["appName"]], "app-keys: the seeded one")

    def create_user(self) -> str:
        with self.function("users") as users:
            expect(len(json.loads(http(users, event("users"), 200)["body"])), 1, "users: the seeded one")
            sample = event("users-create")
            created = json.loads(http(users, sample, 201)["body"])
            sent = json.loads(base64.b64decode(sample["body"]))
            expect({name: created[name] for name in sent}, sent, "users: what was sent in base64")
            refused = json.loads(http(users, unauthorized(event("users")), 401)["body"])
            expect(refused["errorKey"], "unauthorized", "users: nobody's word")
            # A path that was not authorised is not served, nor one that no URL could have.
            sample = event("users")
            sample["rawPath"] = "/no-such-path"
            http(users, sample, 404)
            sample = event("users")
            sample["rawPath"], sample["rawQueryString"] = f"{sample['rawPath']}\"<> %zz", "page=\"%zz <>"
            http(users, sample, 404)
            return created["id"]

    def start_and_follow(self, user: str) -> str:
        with self.function("start-integration") as start_integration:
            # As it is, with an organization code: straight to Panorama.
            answer = json.loads(http(start_integration, event("start-integration"), 200)["body"])
            expect(answer["signInUrl"].startswith(self.ready["panoramaUrl"]), True, "start: straight to Panorama")
            self.session = answer["sessionId"]
            # Nobody's hop link.
            expect(http(start_integration, event("start-integration-hop-link"), 404).get("cookies") or [], [], "hop link: no cookie")

            # Another farmer, without: through the hop link, which sets a cookie.
            sample = event("start-integration")
            path = sample["rawPath"].replace(self.ready["leafUserId"], user)
            body = json.loads(sample["body"])
            del body["organizationCode"]
            sample = addressed(sample, path) | {"body": json.dumps(body)}
            sign_in_url = json.loads(http(start_integration, sample, 200)["body"])["signInUrl"]
            base = self.ready["environment"]["PUBLIC_BASE_URL"]
            expect(sign_in_url.startswith(f"{base}/connect/"), True, "start: through the hop link")
            sample = addressed(event("start-integration-hop-link"), sign_in_url.removeprefix(base))
            answer = http(start_integration, sample, 200)
            expect("<h1>Is this your account?</h1>" in answer["body"], True, "hop link: whose account it is")
            sample["requestContext"]["http"]["method"] = "POST"
            sample["routeKey"] = sample["requestContext"]["routeKey"] = "POST /connect/{sessionId}"
            answer = http(start_integration, sample, 303)
            expect(answer["headers"]["location"].startswith(self.ready["panoramaUrl"]), True, "hop link: on to Panorama")
            (cookie,) = answer["cookies"]
            attributes = {attribute.strip().lower() for attribute in cookie.split(";")[1:]}
            expect({"httponly", "secure", "samesite=lax"} <= attributes, True, "hop link: the cookie's attributes")
            return cookie.split(";")[0]

    def magic_link(self) -> None:
        with self.function("magic-link-page") as page:
            answer = http(page, event("magic-link-page"), 404)
            expect("<h1>This link does not work.</h1>" in answer["body"], True, "magic link: an unknown one has a page")

    def outcome(self, callback, sample: dict, status: int) -> dict:
        # A callback's answer is the address of a page, which does not have the code in it.
        page = urllib.parse.urlsplit(http(callback, sample, 303)["headers"]["location"])
        shown = addressed(event("sharing-confirmation"), page.path)
        shown["routeKey"] = shown["requestContext"]["routeKey"] = "GET /sharing-outcome/{ticket}"
        shown["pathParameters"] = {"ticket": page.path.rsplit("/", 1)[1]}
        return http(callback, shown, status)

    def come_back(self, cookie: str) -> None:
        # Another operation than the one that the seeded Leaf user was started with.
        other = self.ready["growers"][1]["operations"][0]["organizationCode"]
        back = urllib.parse.urlsplit(switched_on(self.ready["panoramaUrl"], other))
        with self.function("sharing-confirmation") as callback:
            # As it is: with the code that the seeded Leaf user was started with, before the farmer
            # has switched on.
            self.outcome(callback, event("sharing-confirmation"), 400)
            sample = addressed(event("sharing-confirmation"), back.path, back.query)
            sample["headers"]["referer"] = self.ready["panoramaUrl"] + "/"
            answer = self.outcome(callback, sample, 400)
            expect("<h1>We could not finish connecting.</h1>" in answer["body"], True, "callback without a cookie: nobody's")
            sample["cookies"].append(cookie)
            answer = self.outcome(callback, sample, 200)
            expect("<h1>Your operation is connected.</h1>" in answer["body"], True, "callback with the cookie among others")
            expect(answer["headers"]["content-type"].startswith("text/html"), True, "callback: a page")

    def read_what_came_of_it(self, user: str) -> None:
        seeded = self.ready["leafUserId"]
        with self.function("credentials") as credentials:
            expect(json.loads(http(credentials, event("credentials"), 200)["body"])["status"], "PENDING", "credentials: pending")
            sample = event("credentials")
            sample = addressed(sample, sample["rawPath"].replace(seeded, user))
            expect(json.loads(http(credentials, sample, 200)["body"])["status"], "ACTIVE", "credentials: connected")
            sample = event("credentials-events")
            sample = addressed(sample, sample["rawPath"].replace(seeded, user), sample["rawQueryString"])
            events = json.loads(http(credentials, sample, 200)["body"])
            expect([entry["statusCode"] for entry in events], [200], "credentials: its one event")
        with self.function("resources") as resources:
            expect(json.loads(http(resources, event("resources"), 200)["body"])["summaries"], [], "resources: not connected yet")
            sample = event("resources")
            sample = addressed(sample, sample["rawPath"], sample["rawQueryString"].replace(seeded, user))
            summaries = json.loads(http(resources, sample, 200)["body"])["summaries"]
            expect([summary["leafUserId"] for summary in summaries], [user], "resources: a summary")

    def read_what_is_shared(self, user: str) -> None:
        seeded = self.ready["leafUserId"]
        with self.function("fields") as fields:
            expect(json.loads(http(fields, event("fields"), 200)["body"]), [], "fields: not connected yet")
        with self.function("operations") as operations:

            def files(of: str) -> list:
                sample = event("operations")
                sample = addressed(sample, sample["rawPath"], sample["rawQueryString"].replace(seeded, of))
                return json.loads(http(operations, sample, 200)["body"])["operations"]

            expect(files(seeded), [], "operations: not connected yet")
            # `cargo run` has the queues, and works on them.
            for _ in range(300):
                stored = files(user)
                if stored and all(file["status"] == "processed" for file in stored):
                    break
                time.sleep(0.1)
            else:
                sys.exit("operations: the files are not stored after 30 seconds")
            path = urllib.parse.urlsplit(stored[0]["downloadOriginalFile"]).path
            sample = on_route(event("operations"), "GET /services/operations/api/files/{id}/download/{output}", path)
            link = http(operations, sample, 302)["headers"]["location"]
            with urllib.request.urlopen(link, timeout=10) as answer:
                expect(len(answer.read()), stored[0]["sizeInBytes"], "operations: the bytes of a file")
            # And it has a converter.
            path = f"/services/operations/api/files/{stored[0]['id']}/summary"
            sample = on_route(event("operations"), "GET /services/operations/api/files/{id}/summary", path)
            for _ in range(300):
                answer = operations.invoke(sample)
                if answer["statusCode"] == 200:
                    break
                time.sleep(0.1)
            summary = json.loads(answer["body"])
            expect(summary.get("properties", {}).get("sizeInBytes"), stored[0]["sizeInBytes"], "operations: the summary of a file")
        # What is done already, in functions that have just been started; and what nobody shares.
        for name in ("sync-operation", "store-file"):
            with self.function(name) as function:
                sample = event(name)
                expect(function.invoke(sample)["batchItemFailures"], [], f"{name}: nobody shares it")
                body = {"leafUserId": user, "fileId": stored[0]["id"]}
                sample["Records"][0]["body"] = json.dumps(body)
                expect(function.invoke(sample)["batchItemFailures"], [], f"{name}: it is there")
        with self.function("convert-file") as function:
            sample = event("convert-file")
            expect(function.invoke(sample)["batchItemFailures"], [], "convert-file: there is no such file")
            body = {"leafUserId": user, "fileId": stored[0]["id"], "again": True}
            sample["Records"][0]["body"] = json.dumps(body)
            expect(function.invoke(sample)["batchItemFailures"], [], "convert-file: once more")
        with self.function("forget-data") as forget:
            sample = event("forget-data")
            sample["Records"][0]["body"] = json.dumps({"leafUserId": user})
            expect(forget.invoke(sample)["batchItemFailures"], [], "forget-data: nobody has left")
        with self.function("request-syncs") as request:
            report = {"operations": 1, "overdue": 0, "silent": 0, "isOutOfTime": False}
            expect(request.invoke(event("request-syncs")), report, "request-syncs: its report")

    def make_a_magic_link(self) -> None:
        with self.function("magic-links") as links:
            made = json.loads(http(links, event("magic-links"), 201)["body"])
            secret = made["link"].rsplit("/", 1)[1]
            path = f"/services/widgets/api/magic-link/authentication/{made['id']}"
            sample = on_route(event("magic-links"), "GET /services/widgets/api/magic-link/{kind}/{magicLinkId}", path)
            sample["requestContext"]["http"]["method"] = "GET"
            del sample["body"]
            answer = http(links, sample, 200)
            expect(json.loads(answer["body"])["usageCount"], 0, "magic-links: its uses")
            expect(secret in answer["body"], False, "magic-links: the whole link in what is read again")
            expect(secret in links.log(), False, "magic-links: the whole link in the log")

    def register_a_webhook(self) -> None:
        with self.function("webhooks") as webhooks:
            sample = event("webhooks")
            secret = json.loads(sample["body"])["secret"]

            def listed() -> list:
                answer = http(webhooks, routed(event("webhooks"), "GET"), 200)
                expect(secret in answer["body"], False, "webhooks: a secret in the list")
                return [webhook["id"] for webhook in json.loads(answer["body"])]

            expect(listed(), [], "webhooks: none yet")
            answer = http(webhooks, sample, 201)
            expect(secret in answer["body"], False, "webhooks: its secret in the answer")
            expect(listed(), [json.loads(answer["body"])["id"]], "webhooks: the one that was registered")
            again = json.loads(http(webhooks, sample, 400)["body"])
            expect(again["errorKey"], "eventRegisteredTwice", "webhooks: once more")
            expect(secret in webhooks.log(), False, "webhooks: a secret in the log")

    def refuse_what_leaf_has_not_signed(self) -> None:
        with self.function("leaf-alerts") as leaf_alerts:
            sample = event("leaf-alerts")
            # This deployment is its own upstream: nobody can have signed it, and there is nowhere
            # to register.
            expect(json.loads(http(leaf_alerts, sample, 401)["body"])["errorKey"], "alertNotSigned", "leaf-alerts: another's signature")
            del sample["headers"]["x-leaf-signature"]
            expect(json.loads(http(leaf_alerts, sample, 401)["body"])["errorKey"], "alertNotSigned", "leaf-alerts: no signature")
            sample = routed(addressed(sample, "/alerts/leaf/registration"), "POST")
            expect(json.loads(http(leaf_alerts, sample, 409)["body"])["errorKey"], "noLeafAccount", "leaf-alerts: no Leaf")

    def work_in_the_background(self) -> None:
        with self.function("finish-confirmations") as finish:
            sample = event("finish-confirmations")
            # Of the first there is nothing left to finish; the second stays in the queue.
            again = finish.invoke(sample)["batchItemFailures"]
            expect(again, [{"itemIdentifier": sample["Records"][1]["messageId"]}], "finish-confirmations: what comes again")
        with self.function("expire-sessions") as expire:
            sample = event("expire-sessions")
            # As it is: the Leaf user has another session by now. Then the one it has, which has
            # time left, so the message comes again.
            expect(expire.invoke(sample)["batchItemFailures"], [], "expire-sessions: nothing to do")
            sample["Records"][0]["body"] = json.dumps({"leafUserId": self.ready["leafUserId"], "sessionId": self.session})
            again = [{"itemIdentifier": sample["Records"][0]["messageId"]}]
            expect(expire.invoke(sample)["batchItemFailures"], again, "expire-sessions: what comes again")
        with self.function("deliver-alerts") as deliver:
            sample = event("deliver-alerts")
            # Nobody is registered for the first; the second stays in the queue.
            again = deliver.invoke(sample)["batchItemFailures"]
            expect(again, [{"itemIdentifier": sample["Records"][1]["messageId"]}], "deliver-alerts: what comes again")
        with self.function("deliver-data-alerts") as deliver:
            sample = event("deliver-data-alerts")
            again = deliver.invoke(sample)["batchItemFailures"]
            expect(again, [{"itemIdentifier": sample["Records"][1]["messageId"]}], "deliver-data-alerts: what comes again")
        with self.function("check-connections") as check:
            report = check.invoke(event("check-connections"))
            expect(report, {"done": 1, "outOfTime": 0, "loginRefused": 0, "unavailable": 0, "compared": 1, "revoked": 0, "recovered": 0},
                   "check-connections: its report")


def switched_on(panorama: str, code: str) -> str:
    """Where Panorama sends the farmer's browser after the switch."""

    class NotFollowed(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        urllib.request.build_opener(NotFollowed).open(f"{panorama}/control/operations/{code}/share", b"", timeout=10)
    except urllib.error.HTTPError as redirect:
        return redirect.headers["location"]
    sys.exit("the simulated Panorama does not redirect")


if __name__ == "__main__":
    ready_file, folder = map(Path, sys.argv[1:])
    day = Day(json.loads(ready_file.read_text()), folder)
    day.run()
    print(f"{len(day.inits)} functions answered {len(EVENTS)} events. Init under the emulator, on this machine, in ms:")
    print(", ".join(f"{name} {milliseconds:.1f}" for name, milliseconds in day.inits.items()))
