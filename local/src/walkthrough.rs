//! What a newcomer is shown: the steps as commands with real values, and the page to open.

use crate::ready::Ready;

/// The walk-through of a running machine, as text for a terminal.
pub fn text(ready: &Ready) -> String {
    let Ready { api_url, panorama_url, owner, app_name, leaf_user_id, stage, .. } = ready;
    let grower = &stage.growers[0];
    let operation = &grower.operations[0];
    let code = operation.organization_code;
    let environment = &stage.client_environment;
    let leaf = leaf(ready);
    let management = format!("{api_url}/services/usermanagement/api");
    let user = format!("{management}/users/{leaf_user_id}");
    let operations = format!("{api_url}/services/operations/api");
    format!(
        r#"
Open this in a browser        {api_url}
Simulated Panorama            {panorama_url}{leaf}

The first is the console, which goes through these steps with you; its login is filled in. Or copy
these lines into another terminal.

# Step 0: sign in
TOKEN=$(curl -s {api_url}/api/authenticate -H 'Content-Type: application/json' \
  -d '{{"username":"{username}","password":"{password}","rememberMe":"true"}}' \
  | sed 's/.*"id_token":"\([^"]*\)".*/\1/')

# Step 1: the app key "{app_name}" exists already
curl -s {management}/app-keys/Panorama -H "Authorization: Bearer $TOKEN"

# Step 2: so does a Leaf user for the farmer
curl -s {user} -H "Authorization: Bearer $TOKEN"

# Steps 3 and 4: start, with the Organization Code that the farmer gave you
curl -s {user}/one-click-integration/Panorama -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' \
  -d '{{"appName":"{app_name}","clientEnvironment":"{environment}","organizationCode":"{code}"}}'

# Step 5: do the farmer's part. Open the signInUrl in a browser, sign in as {grower}
# and switch "{operation}" on, or let a script do it:
curl -s -L -d '' {panorama_url}/control/operations/{code}/share | grep -o '<h1>[^<]*'

# Step 6: read the connection
curl -s {user}/panorama-credentials -H "Authorization: Bearer $TOKEN"
curl -s "{api_url}/services/integrations/api/resources?provider=Panorama&leafUserId={leaf_user_id}" \
  -H "Authorization: Bearer $TOKEN"

# Step 7: what the farmer shares fills the lists by itself within seconds; download a file of it
until curl -s "{operations}/files?leafUserId={leaf_user_id}&status=processed" \
  -H "Authorization: Bearer $TOKEN" -o files.json && grep -q '"id"' files.json; do sleep 1; done
curl -s "{operations}/operations?leafUserId={leaf_user_id}" -H "Authorization: Bearer $TOKEN"
FILE=$(sed 's/.*"operations":\[{{"id":"\([^"]*\)".*/\1/' files.json)
curl -s -L -o machine-file.2020 {operations}/files/$FILE/download/original \
  -H "Authorization: Bearer $TOKEN"

To click through it, leave organizationCode out of step 4 and open the signInUrl in a browser.
To see what happens after the 15 minutes, let them pass:
curl -s -d '{{"forwardSeconds":960}}' {panorama_url}/control/clock
Stop with Ctrl-C.
"#,
        username = owner.username,
        password = owner.password,
        grower = grower.login.username,
        operation = operation.name,
    )
}

/// What is said at a later start.
pub fn short(ready: &Ready) -> String {
    let Ready { api_url, panorama_url, .. } = ready;
    let leaf = leaf(ready);
    format!(
        "\nOpen this in a browser        {api_url}\nSimulated Panorama            \
         {panorama_url}{leaf}\n\nThis run continues with the data of the last one. `cargo run -- \
         --walk-through` prints the steps again. Stop with Ctrl-C.\n"
    )
}

fn leaf(ready: &Ready) -> String {
    ready
        .leaf_url
        .as_ref()
        .map(|url| format!("\nSimulated Leaf                {url}"))
        .unwrap_or_default()
}
