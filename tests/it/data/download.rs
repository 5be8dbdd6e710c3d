//! `GET …/files/{id}/download/{output}`.

use application::ports::catalogue::{Asked, FileFilter, OrderBy};
use axum::body::Bytes;
use domain::object_key::ObjectKey;
use reqwest::Method;

use super::seeds::SHARED;
use super::{OPERATIONS, text};
use crate::world::{FARM, World};

const BYTES: &[u8] = b"as Panorama gave them out";

/// Puts the bytes where the row says that they are.
async fn put_bytes(world: &World, user: &str) {
    let ports = &world.machine.service.ports;
    let user = user.parse().expect("an id");
    let asked = Asked {
        leaf_user_id: Some(user),
        by: OrderBy::Creation,
        descending: false,
        page: 0,
        size: 100,
    };
    let files = ports.catalogue.files(&asked, &FileFilter::default()).await.expect("files");
    for file in files.entries.into_iter().map(|of| of.what) {
        let Some(stored) = file.copy.stored else { continue };
        let key = ObjectKey::raw(user, file.entry.thing.id, stored.attempt);
        let mut upload = ports.files.begin(&key).await.expect("begun");
        upload.write(Bytes::from_static(BYTES)).await.expect("written");
        upload.finish().await.expect("stored");
    }
}

#[tokio::test]
async fn a_download_leads_to_the_bytes_for_who_has_a_token_and_for_five_minutes() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    world.shares(&maria, &SHARED).await;
    let (files, _) = world.list(&format!("{OPERATIONS}/files")).await;
    for file in &files {
        assert!(file.get("downloadOriginalFile").is_none(), "{file}");
        let path = format!("{OPERATIONS}/files/{}/download/original", text(&file["id"]));
        world.get(&path).await.problem(404, "fileNotStored");
    }
    world.stored(&maria, "s2", Some(("harvest_1.2020", BYTES.len() as u64))).await;
    put_bytes(&world, &maria).await;
    let (files, _) = world.list(&format!("{OPERATIONS}/files?status=processed")).await;
    let address = text(&files[0]["downloadOriginalFile"]);
    let path = address.strip_prefix(&world.api("")).expect("an address of ours");
    let answer = world.get(path).await;
    assert_eq!((answer.status, &*answer.text), (302, ""), "{answer:?}");
    let link = answer.header("location").expect("a link");
    assert!(link.contains("X-Amz-Expires=300"), "{link}");
    let file = world.http.get(link).send().await.expect("an answer");
    assert_eq!(file.status(), 200);
    let name = file.headers()["content-disposition"].to_str().expect("ASCII").to_owned();
    assert!(name.starts_with("attachment") && name.contains("harvest_1.2020"), "{name}");
    assert_eq!(file.bytes().await.expect("bytes"), BYTES);
    let answer = world.http.get(&address).send().await.expect("an answer");
    assert_eq!(answer.status(), 401);
    for other in ["rawGeojson", "Original", "original2", "..%2F1"] {
        let path = path.replace("original", other);
        world.get(&path).await.problem(404, "fileNotStored");
    }
    // A deletion is not awaited: what is gone for the API is so at once.
    let user = format!("{}/users/{maria}", crate::world::MANAGEMENT);
    world.ask(Method::DELETE, &user).await.no_content();
    world.get(path).await.problem(404, "fileNotFound");
}
