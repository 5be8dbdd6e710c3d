//! `GET /services/integrations/api/resources` after a sync.

use serde_json::json;

use super::seeds::SHARED;
use crate::world::{FARM, World};

const RESOURCES: &str = "/services/integrations/api/resources";

#[tokio::test]
async fn what_the_last_sync_has_listed_is_told_without_asking_panorama() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    world.shares(&maria, &SHARED).await;
    let (growers, _) = world.list("/services/fields/api/growers").await;
    let synced = growers[0]["updatedTime"].clone();
    world.pass(90, 0);
    let expected = json!({ "message": "SUCCESS", "summaries": [{
        "provider": "Panorama", "leafUserId": maria, "growers": 2, "farms": 3, "fields": 3,
        "syncReferenceTime": synced,
    }] });
    for query in [format!("?leafUserId={maria}"), String::new(), "?provider=Panorama".to_owned()] {
        let answer = world.get(&format!("{RESOURCES}{query}")).await;
        assert_eq!(answer.json(200), expected, "{query}");
    }
    assert_eq!(world.calls("listFields").await, 0);
}
