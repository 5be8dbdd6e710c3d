"""Steps 0 to 6 with the client that openapi-python-client generates from infra/openapi.yaml: `steps.py READY_FILE`."""

import json
import sys
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx

from client import AuthenticatedClient, Client
from client.api.app_keys import create_app_key
from client.api.authentication import authenticate
from client.api.credentials import list_events, list_resources, read_credential
from client.api.integration import start_integration
from client.api.leaf_users import create_user, delete_user, list_users, read_user
from client.models import (
    AppKey,
    AppKeyContent,
    ClientEnvironment,
    Credential,
    CredentialStatus,
    ErrorKey,
    LeafUser,
    PendingCredential,
    Problem,
    Profile,
    Provider,
    Resources,
    SignIn,
    StartedStatus,
    Started,
    StartRequest,
    Token,
)

T = TypeVar("T")


def expect(wanted: type[T], answer: object) -> T:
    """The answer, which is what the step wants."""
    assert isinstance(answer, wanted), f"{answer} in the place of a {wanted.__name__}"
    return answer


with open(sys.argv[1], encoding="utf-8") as file:
    ready: dict[str, Any] = json.load(file)
url: str = ready["apiUrl"]
code: str = ready["growers"][0]["operations"][0]["organizationCode"]

# 0. Sign in.
owner = SignIn(username=ready["owner"]["username"], password=ready["owner"]["password"], remember_me=True)
token = expect(Token, authenticate.sync(client=Client(base_url=url), body=owner))
client = AuthenticatedClient(base_url=url, token=token.id_token)

# 1. The app key. It is seeded, so this sends the same again.
app_key = expect(
    AppKey,
    create_app_key.sync(
        Provider.PANORAMA,
        ready["appName"],
        ClientEnvironment.STAGE,
        client=client,
        body=AppKeyContent(
            client_id=ready["clientId"],
            username=ready["partner"]["username"],
            password=ready["partner"]["password"],
            sharing_url_id=UUID(ready["sharingUrlId"]),
        ),
    ),
)
assert app_key.provider is Provider.PANORAMA and app_key.created_time.tzinfo is not None

# 2. A Leaf user.
profile = Profile(name="Dale Pruitt", email="dale@pruittgrain.example")
user = expect(LeafUser, create_user.sync(client=client, body=profile))
page = expect(list, list_users.sync(client=client, email="dale@pruittgrain.example", size=1))
assert [found.id for found in page] == [user.id]

# 3. and 4. Start, as in Leaf's tutorial.
started = expect(
    Started,
    start_integration.sync(
        user.id,
        Provider.PANORAMA,
        client=client,
        body=StartRequest(
            client_environment=ClientEnvironment.STAGE,
            client_id=ready["clientId"],
            username=ready["partner"]["username"],
            password=ready["partner"]["password"],
            organization_code=code,
        ),
    ),
)
assert started.status is StartedStatus.PENDING
assert expect(PendingCredential, read_credential.sync(user.id, client=client)).expires_at == started.expires_at

# 5. The farmer switches the connection on, and the browser comes back.
share = f"{ready['panoramaUrl']}/control/operations/{code}/share"
assert httpx.post(share, follow_redirects=True).is_success

# 6. Connected.
credential = expect(Credential, read_credential.sync(user.id, client=client, verify=True))
assert credential.status is CredentialStatus.ACTIVE and credential.organization_code == code
events = expect(list, list_events.sync(user.id, client=client, page=0))
assert events and events[0].status_code == 200
resources = expect(Resources, list_resources.sync(client=client, leaf_user_id=user.id))
assert resources.summaries[0].fields > 0

# What is refused has a type, too.
problem = expect(Problem, read_user.sync(uuid4(), client=client))
assert problem.error_key is ErrorKey.LEAFUSERNOTFOUND

delete_user.sync_detailed(user.id, client=client)
