//! What Leaf gives out of a file is passed on, and its token is not: the addresses in a file are
//! ours, Leaf is asked for what is behind its own, and the token goes nowhere else.

use axum::body::Bytes;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::Peer;
use super::account::TOKEN;
use super::files::Given;
use crate::answer::Answer;
use crate::world::World;

const FILES: &str = "/services/operations/api/files";
const FILE: &str = "5d6f1a0c-3f0e-4a55-9b0a-5f9a3f0d2c11";
const USER: &str = "0f9b4a52-6c1d-4f7e-8a35-2f1d0c9b8e7a";

/// A file with one address, below Leaf's if it has no host, and what is there.
fn gives(peer: &Peer, address: &str, given: impl IntoIterator<Item = (&'static str, Given)>) {
    let address = if address.starts_with('/') {
        format!("{}{address}", peer.url)
    } else {
        address.to_owned()
    };
    let file = json!({ "id": FILE, "leafUserId": USER, "downloadOriginalFile": address });
    peer.with(|records| {
        records.files = vec![file];
        let given = given.into_iter().map(|(path, given)| (path.to_owned(), given));
        records.given = given.collect();
        records.asked.clear();
    });
}

async fn downloaded(world: &World) -> Answer {
    world.ask(Method::GET, &format!("{FILES}/{FILE}/download/original")).await
}

/// How often Leaf was asked for what is behind an address.
fn asked_for_bytes(peer: &Peer) -> usize {
    let is_address = |path: &str| path.starts_with(AT_LEAF);
    peer.with(|records| records.asked.iter().filter(|(_, path, _)| is_address(path)).count())
}

/// The most bytes that an answer of ours can have.
const MOST: usize = 4 * 1024 * 1024;

const AT_LEAF: &str = "/services/operations/api/out/7/original.bin";
const ELSEWHERE: &str = "/services/operations/api/out/8";

#[tokio::test]
async fn a_files_addresses_are_ours_whatever_form_leafs_have() {
    let (world, peer) = World::in_front_of_peer().await;
    let at_leaf = |name: &str| format!("{}/services/operations/api/out/{name}", peer.url);
    let file = json!({
        "id": FILE, "leafUserId": USER, "provider": "JohnDeere", "fileName": "a.zip",
        "downloadOriginalFile": at_leaf("a"), "downloadStandardGeojson": at_leaf("b"),
        "downloadZippedPNGs": at_leaf("c"), "download": at_leaf("d"), "downloads": [at_leaf("e")],
        "downloadOriginal": at_leaf("g"),
        "images": [{ "downloadPng": at_leaf("f"), "property": "x" }],
    });
    peer.with(|records| records.files = vec![file]);
    let ours = |name: &str| world.api(&format!("{FILES}/{FILE}/download/{name}"));
    let expected = json!({
        "id": FILE, "leafUserId": USER, "provider": "JohnDeere", "fileName": "a.zip",
        "downloadOriginalFile": ours("original"),
        "downloadStandardGeojson": ours("standardGeojson"),
        "downloadZippedPNGs": ours("zippedPNGs"), "images": [{ "property": "x" }],
    });
    let read = world.ask(Method::GET, &format!("{FILES}/{FILE}")).await;
    assert_eq!(read.json(200), expected);
    let listed = world.ask(Method::GET, FILES).await;
    assert_eq!(listed.json(200)["operations"], json!([expected]));
}

#[tokio::test]
async fn bytes_are_passed_on_as_bytes_to_be_saved() {
    let (world, peer) = World::in_front_of_peer().await;
    let bytes = Bytes::from_static(b"<script>\xff\x00</script>");
    gives(&peer, AT_LEAF, [(AT_LEAF, Given::Bytes(bytes.clone()))]);
    let path = format!("{FILES}/{FILE}/download/original");
    let answer = world.owner(Method::GET, &path).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/octet-stream");
    assert_eq!(answer.headers()["content-disposition"], "attachment");
    assert_eq!(answer.bytes().await.expect("bytes"), bytes);
    // As large as an answer of ours may be.
    for given in [Given::Bytes(Bytes::from(vec![b'x'; MOST])), Given::Unannounced(MOST)] {
        gives(&peer, AT_LEAF, [(AT_LEAF, given)]);
        let answer = downloaded(&world).await;
        assert_eq!((answer.status, answer.text.len()), (200, MOST));
    }
}

/// The bytes behind a link to the bucket.
async fn behind(world: &World, answer: &Answer) -> Bytes {
    let link = answer.header("location").expect("a link");
    assert!(link.contains("/given/") && link.contains("X-Amz-Expires=300"), "{answer:?}");
    let file = world.http.get(link).send().await.expect("an answer");
    assert_eq!(file.status(), 200);
    file.bytes().await.expect("bytes")
}

async fn worked_off(world: &World) {
    let queues = world.machine.outbox.deliver().await.expect("the stream can be read");
    assert_eq!((queues["files"].waiting, queues["files"].dead_letters), (0, 0));
}

#[tokio::test]
async fn what_is_too_large_for_an_answer_comes_by_way_of_the_bucket() {
    let (world, peer) = World::in_front_of_peer().await;
    let bytes: Bytes = (0..=250_u8).cycle().take(MOST + 1).collect::<Vec<_>>().into();
    for given in [Given::Bytes(bytes.clone()), Given::Unannounced(MOST + 1_024)] {
        gives(&peer, AT_LEAF, [(AT_LEAF, given.clone())]);
        let answer = downloaded(&world).await;
        answer.problem(503, "fileBeingFetched");
        assert_eq!(answer.header("retry-after"), Some("5"));
        // Whoever asks meanwhile does not have it copied twice.
        downloaded(&world).await.problem(503, "fileBeingFetched");
        let asked = asked_for_bytes(&peer);
        worked_off(&world).await;
        assert_eq!(asked_for_bytes(&peer), asked + 1);
        let answer = downloaded(&world).await;
        assert_eq!(answer.status, 302, "{answer:?}");
        let copied = behind(&world, &answer).await;
        match given {
            Given::Bytes(bytes) => assert!(copied == bytes),
            _ => assert_eq!(copied.len(), MOST + 1_024),
        }
        // Later it is another copy, since Leaf may have other bytes by then.
        world.pass(12 * 60, 0);
        downloaded(&world).await.problem(503, "fileBeingFetched");
        worked_off(&world).await;
        let another = downloaded(&world).await;
        assert_ne!(another.header("location"), answer.header("location"));
        assert_eq!(behind(&world, &another).await.len(), copied.len());
        world.pass(12 * 60, 0);
    }
}

#[tokio::test]
async fn a_copy_that_fails_is_asked_for_anew_and_one_that_cannot_be_is_refused() {
    let (world, peer) = World::in_front_of_peer().await;
    let large = || Given::Bytes(Bytes::from(vec![b'x'; MOST + 1]));
    gives(&peer, AT_LEAF, [(AT_LEAF, large())]);
    downloaded(&world).await.problem(503, "fileBeingFetched");
    // Leaf has a bad moment when it is copied.
    peer.with(|records| records.refusal = Some((503, json!({}))));
    worked_off(&world).await;
    downloaded(&world).await.problem(503, "fileBeingFetched");
    worked_off(&world).await;
    assert_eq!(downloaded(&world).await.status, 302);

    // It goes, and comes back as more than a file may have.
    let file = "1d6f1a0c-3f0e-4a55-9b0a-5f9a3f0d2c11";
    let path = format!("{FILES}/{file}/download/rawGeojson");
    let address = format!("{}{ELSEWHERE}", peer.url);
    let other = json!({ "id": file, "leafUserId": USER, "downloadRawGeojson": address });
    peer.with(|records| {
        records.files.push(other);
        records.given.insert(ELSEWHERE.to_owned(), large());
    });
    world.ask(Method::GET, &path).await.problem(503, "fileBeingFetched");
    peer.with(|records| records.given.remove(ELSEWHERE));
    worked_off(&world).await;
    world.ask(Method::GET, &path).await.problem(404, "fileNotStored");
    // What `LargestFileBytes` is unless it is said otherwise, and one byte more.
    let too_large = Given::Announced(4 * 1024 * 1024 * 1024 + 1);
    peer.with(|records| records.given.insert(ELSEWHERE.to_owned(), too_large));
    world.ask(Method::GET, &path).await.problem(503, "fileBeingFetched");
    worked_off(&world).await;
    let problem = world.ask(Method::GET, &path).await.problem(404, "fileNotStored");
    assert!(problem["detail"].as_str().expect("a text").contains("LargestFileBytes"));
}

#[tokio::test]
async fn links_of_others_are_passed_on_and_leafs_own_are_followed() {
    let (world, peer) = World::in_front_of_peer().await;
    // Nobody listens there: who asked would get no answer.
    let link = "http://127.0.0.1:9/bucket/key?X-Amz-Signature=abc";
    let redirect = |to: &str| Given::Redirect(to.to_owned());
    for (address, given) in [
        (AT_LEAF, vec![(AT_LEAF, redirect(link))]),
        (AT_LEAF, vec![(AT_LEAF, redirect(ELSEWHERE)), (ELSEWHERE, redirect(link))]),
        (link, vec![]),
    ] {
        gives(&peer, address, given);
        let answer = downloaded(&world).await;
        assert_eq!((answer.status, answer.header("location")), (302, Some(link)), "{answer:?}");
    }
    let bytes = Given::Bytes(Bytes::from_static(b"found"));
    gives(&peer, AT_LEAF, [(AT_LEAF, redirect("../8")), (ELSEWHERE, bytes)]);
    assert_eq!(downloaded(&world).await.text, "found");
}

#[tokio::test]
async fn what_leaf_gives_out_and_nobody_can_use_is_not_passed_on() {
    let (world, peer) = World::in_front_of_peer().await;
    let with_token = format!("https://files.example/a?token={TOKEN}");
    for location in [
        &*with_token,
        "javascript:alert(1)",
        "ftp://files.example/a",
        "https://maria:secret@files.example/a",
        "https://[broken/",
        AT_LEAF,
    ] {
        gives(&peer, AT_LEAF, [(AT_LEAF, Given::Redirect(location.to_owned()))]);
        let answer = downloaded(&world).await;
        answer.problem(502, "leafBadAnswer");
        answer.says_nothing_of([TOKEN, "secret", "files.example"]);
    }
    let asked = peer.with(|records| records.asked.len());
    assert!(asked < 8, "a loop is left: {asked} calls");
}

#[tokio::test]
async fn what_leaf_does_not_have_is_not_found() {
    let (world, peer) = World::in_front_of_peer().await;
    gives(&peer, AT_LEAF, []);
    downloaded(&world).await.problem(404, "fileNotStored");
    let path = format!("{FILES}/{FILE}/download/standardGeojson");
    world.ask(Method::GET, &path).await.problem(404, "fileNotStored");
    peer.with(|records| records.files.clear());
    downloaded(&world).await.problem(404, "fileNotFound");
    gives(&peer, AT_LEAF, [(AT_LEAF, Given::Bytes(Bytes::from_static(b"x")))]);
    peer.with(|records| records.refusal = Some((503, json!({}))));
    downloaded(&world).await.problem(503, "leafUnavailable");
    downloaded(&world).await;
    let path = format!("{FILES}/{FILE}/download/original");
    Answer::of(world.http.get(world.api(&path))).await.problem(401, "unauthorized");
}
