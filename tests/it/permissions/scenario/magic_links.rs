//! `magic-links`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::magic_links::LINKS;
use crate::world::{FARM, MANAGEMENT, World};

async fn makes(world: &World, path: &str, body: &Value) -> String {
    let request = world.owner(Method::POST, &format!("{LINKS}{path}")).json(body);
    let (status, made) = world.json(request).await;
    assert_eq!(status, 201, "{made}");
    made["id"].as_str().expect("an id").to_owned()
}

/// For one who is there, to reconnect, and for one who is made, found and claimed anew; listed by
/// both indexes, read and deleted.
pub(super) async fn scene(world: &World) {
    let user = world.connected("maria", FARM).await;
    let plain = json!({ "provider": "Panorama" });
    let of_user = format!("/users/{user}/authentication");
    let id = makes(world, &of_user, &plain).await;
    makes(world, &of_user, &json!({ "provider": "Panorama", "reconnect": true })).await;
    let of_grower = json!({ "externalId": "grower-9142" });
    for _ in 0..2 {
        makes(world, "/provider", &of_grower).await;
    }
    let request = |method, path: &str| world.owner(method, &format!("{LINKS}{path}"));
    for path in ["/authentication?size=1", &format!("/authentication?leafUserId={user}&size=1")] {
        assert_eq!(world.json(request(Method::GET, path)).await.0, 200, "{path}");
    }
    let link = format!("/authentication/{id}");
    assert_eq!(world.json(request(Method::GET, &link)).await.0, 200);
    assert_eq!(world.json(request(Method::DELETE, &link)).await.0, 204);
    assert_eq!(world.json(request(Method::GET, &link)).await.0, 404);
    api_keys(world, &user).await;
}

/// A key is made, listed, shown by a page and revoked.
async fn api_keys(world: &World, user: &str) {
    const PAGE: &str = "https://app.prairie-insights.example";
    let keys = format!("{MANAGEMENT}/api-keys");
    let body = json!({ "leafUserId": user, "origins": [PAGE] });
    let (status, made) = world.json(world.owner(Method::POST, &keys).json(&body)).await;
    assert_eq!(status, 201, "{made}");
    let listed = world.owner(Method::GET, &format!("{keys}?leafUserId={user}"));
    assert_eq!(world.json(listed).await.0, 200);
    for (method, path) in [(Method::POST, "links"), (Method::GET, "connection")] {
        let path = world.api(&format!("/components/{path}"));
        let request = world.http.request(method, path).header("origin", PAGE);
        let request = request.header("x-api-key", made["key"].as_str().expect("a key"));
        assert_eq!(world.json(request).await.0, 200);
    }
    let key = format!("{keys}/{}", made["id"].as_str().expect("an id"));
    assert_eq!(world.json(world.owner(Method::DELETE, &key)).await.0, 204);
}
