//! The sync summary is Leaf's: of one Leaf user or of all, of Panorama or of another provider.

use reqwest::Method;
use serde_json::{Value, json};

use super::PLANTED;
use crate::world::World;

const RESOURCES: &str = "/services/integrations/api/resources";

#[tokio::test]
async fn summaries_are_leafs_whoever_and_whatever_they_are_of() {
    let (world, peer) = World::in_front_of_peer().await;
    let (maria, dale) = (peer.has(json!({ "name": "maria" })), peer.has(json!({ "name": "dale" })));
    let all = [
        json!({
            "provider": "Panorama", "leafUserId": maria, "growers": 1, "farms": 2, "fields": 3,
            "syncReferenceTime": "2026-11-22T12:00:00.000000Z",
        }),
        json!({
            "provider": "JohnDeere", "leafUserId": maria, "growers": null, "farms": 0, "fields": 9,
            "syncReferenceTime": null,
        }),
        json!({
            "provider": "Panorama", "leafUserId": dale, "fields": "many",
            "organizations": [{ "id": "7" }],
        }),
    ];
    let mut held = all.clone();
    held[2]["accessToken"] = PLANTED.into();
    peer.with(|records| records.summaries = held.to_vec());
    for (query, expected) in [
        (String::new(), vec![0, 1, 2]),
        ("provider=Panorama".to_owned(), vec![0, 2]),
        ("provider=JohnDeere".to_owned(), vec![1]),
        ("provider=CNHI".to_owned(), vec![]),
        (format!("leafUserId={maria}"), vec![0, 1]),
        (format!("leafUserId={dale}&provider=Panorama"), vec![2]),
        (format!("leafUserId={dale}&provider=JohnDeere"), vec![]),
        ("size=1&page=2".to_owned(), vec![2]),
    ] {
        let answer = world.ask(Method::GET, &format!("{RESOURCES}?{query}")).await;
        let expected: Value = expected.into_iter().map(|index: usize| all[index].clone()).collect();
        assert_eq!(
            answer.json(200),
            json!({ "message": "SUCCESS", "summaries": expected }),
            "{query}"
        );
        answer.says_nothing_of([PLANTED]);
        assert!(
            answer.header("x-total-count").is_some() && answer.header("link").is_some(),
            "{query}"
        );
    }
}
