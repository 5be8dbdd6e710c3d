use std::path::Path;

use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, LOCATION, RANGE};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use simulated_panorama::Environment::Stage;
use time::macros::datetime;

use crate::harness::{CODE, Login, Panorama};

const STREAMS: &str = "/control/operations/krwv4vYH/streams";

async fn connected() -> (Panorama, Login) {
    let panorama = Panorama::start().await;
    let login = log_in_and_confirm(&panorama).await;
    (panorama, login)
}

async fn log_in_and_confirm(panorama: &Panorama) -> Login {
    let login = panorama.log_in(Stage).await;
    panorama.share(CODE).await;
    assert_eq!(panorama.confirm(&login, "/sharing/krwv4vYH/confirm").await, 200);
    login
}

async fn fields(panorama: &Panorama, login: &Login) -> Vec<Value> {
    let (status, machines) = panorama.partner_get(login, "/sharing/krwv4vYH").await;
    assert_eq!(status, 200);
    machines[0]["fields"].as_array().expect("fields").clone()
}

/// A new stream with files of these sizes.
async fn add(panorama: &Panorama, files: &[u64]) -> String {
    let answer = panorama.post(STREAMS, &json!({"files": files})).await;
    assert_eq!(answer.status(), 201);
    let added = answer.json::<Value>().await.expect("JSON");
    added["streams"][0].as_str().expect("an id").to_owned()
}

async fn urls(panorama: &Panorama, login: &Login, stream: &str) -> Vec<String> {
    let path = format!("/sharing/krwv4vYH/{stream}/download");
    let (status, answer) = panorama.partner_get(login, &path).await;
    assert_eq!(status, 200, "{answer}");
    let files = answer["files"].as_array().expect("files");
    files.iter().map(|file| file["url"].as_str().expect("a URL").to_owned()).collect()
}

async fn get(panorama: &Panorama, url: &str) -> Response {
    panorama.client.get(url).send().await.expect("an answer")
}

/// The rest of a file, if it is still the one with this tag.
async fn rest(panorama: &Panorama, url: &str, range: &str, tag: &str) -> (u16, HeaderMap, Vec<u8>) {
    let request = panorama.client.get(url).header(RANGE, range).header(IF_RANGE, tag);
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.expect("a body").to_vec())
}

#[tokio::test]
async fn every_file_of_a_stream_downloads_whole_or_in_parts() {
    let (panorama, login) = connected().await;
    let stream = add(&panorama, &[200_000, 1, 0]).await;
    let urls = urls(&panorama, &login, &stream).await;
    assert_eq!(urls.len(), 3);
    let files = panorama.get(&format!("{STREAMS}/{stream}/files")).await;
    let files: Vec<Value> = files.json().await.expect("files");
    let mut bodies = Vec::new();
    for (url, file) in urls.iter().zip(&files) {
        let name = file["name"].as_str().expect("a name");
        assert!(url.ends_with(name), "{url}");
        let answer = get(&panorama, url).await;
        assert_eq!(answer.content_length(), file["size"].as_u64());
        let body = answer.bytes().await.expect("bytes");
        let expected = panorama.get(&format!("{STREAMS}/{stream}/files/{name}")).await;
        assert_eq!(body, expected.bytes().await.expect("bytes"));
        bodies.push(body.to_vec());
    }
    assert_eq!(bodies.iter().map(Vec::len).collect::<Vec<_>>(), [200_000, 1, 0]);

    let tag = get(&panorama, &urls[0]).await.headers()[ETAG].to_str().expect("ASCII").to_owned();
    let (status, headers, body) = rest(&panorama, &urls[0], "bytes=70001-", &tag).await;
    assert_eq!((status, &headers[ETAG]), (206, &tag.parse().expect("a tag")));
    assert_eq!(headers[CONTENT_RANGE], "bytes 70001-199999/200000");
    assert!(body == bodies[0][70_001..]);
    let (status, _, body) = rest(&panorama, &urls[0], "bytes=5-9", &tag).await;
    assert_eq!((status, &body[..]), (206, &bodies[0][5..10]));
    assert_eq!(rest(&panorama, &urls[0], "bytes=200000-", &tag).await.0, 416);
    assert_eq!(rest(&panorama, &urls[0], "bytes=5-", "\"another\"").await.0, 200);

    // Under the same address there is now another version.
    let changed = panorama.post(&format!("{STREAMS}/{stream}"), &json!({})).await;
    assert_eq!(changed.status(), 204);
    let (status, headers, body) = rest(&panorama, &urls[0], "bytes=5-", &tag).await;
    assert_eq!((status, body.len()), (200, 200_000));
    assert_ne!(headers[ETAG], tag.as_str());
    assert!(body != bodies[0]);
}

#[tokio::test]
async fn what_is_added_changed_removed_and_renamed_is_listed_so_after_a_restart_too() {
    let file =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.json", uuid::Uuid::new_v4()));
    let start = datetime!(2026-04-01 12:00 UTC);
    let panorama = Panorama::start_with(Some(file.clone()), start).await;
    let login = log_in_and_confirm(&panorama).await;
    let before = fields(&panorama, &login).await;
    let id = |field: usize, stream: usize| {
        before[field]["streams"][stream]["id"].as_str().expect("an id").to_owned()
    };
    let second = before[1]["uuid"].clone();
    let wanted = json!({"field": second, "count": 2, "season": 2027, "crop": "Oats"});
    let answer = panorama.post(STREAMS, &wanted).await;
    assert_eq!(answer.status(), 201);
    let added = answer.json::<Value>().await.expect("JSON")["streams"].clone();
    let change = json!({"task": "Rolling"});
    let path = format!("{STREAMS}/{}", id(0, 0));
    assert_eq!(panorama.post(&path, &change).await.status(), 204);
    assert_eq!(panorama.delete(&format!("{STREAMS}/{}", id(0, 1))).await.status(), 204);
    let path = format!("/control/operations/{CODE}/fields/{}", second.as_str().expect("an id"));
    assert_eq!(panorama.post(&path, &json!({"field": "Creek Top"})).await.status(), 204);

    let mut expected = before.clone();
    expected[0]["streams"][0]["task"]["name"] = "Rolling".into();
    expected[0]["streams"].as_array_mut().expect("streams").remove(1);
    expected[1]["field"] = "Creek Top".into();
    let mut seen = fields(&panorama, &login).await;
    let streams = seen[1]["streams"].as_array_mut().expect("streams");
    let new = streams.split_off(streams.len() - 2);
    assert_eq!(seen, expected);
    let mut ids: Vec<_> = new.iter().map(|stream| stream["id"].clone()).collect();
    ids.sort_by_key(|id| added.as_array().expect("ids").iter().position(|other| other == id));
    assert_eq!(Value::from(ids), added);
    assert_eq!((&new[0]["season"], &new[1]["crop"]), (&json!(2027), &json!({"name": "Oats"})));

    let seen = fields(&panorama, &login).await;
    panorama.stop().await;
    let panorama = Panorama::start_with(Some(file.clone()), start).await;
    assert_eq!(fields(&panorama, &login).await, seen);
    panorama.stop().await;
    std::fs::remove_file(file).expect("it is there");
}

#[tokio::test]
async fn operations_of_any_size_are_made_for_benchmarks() {
    let panorama = Panorama::start().await;
    let login = panorama.log_in(Stage).await;
    let wish = json!({"operations": 50, "fields": 4, "streams": 5, "files": [10]});
    let answer = panorama.post("/control/operations", &wish).await;
    assert_eq!(answer.status(), 201);
    let made = answer.json::<Value>().await.expect("JSON")["organizationCodes"].clone();
    assert_eq!(panorama.partner_get(&login, "/sharing").await.1, json!({"items": made}));
    let code = made[49].as_str().expect("a code");
    let (_, machines) = panorama.partner_get(&login, &format!("/sharing/{code}")).await;
    let fields = machines[0]["fields"].as_array().expect("fields");
    assert_eq!(fields.len(), 4);
    let stream = fields[3]["streams"][4]["id"].as_str().expect("an id");
    let path = format!("/sharing/{code}/{stream}/download");
    let (_, answer) = panorama.partner_get(&login, &path).await;
    let file = get(&panorama, answer["files"][0]["url"].as_str().expect("a URL")).await;
    assert_eq!(file.content_length(), Some(10));
    let large = json!({"fields": 1_000, "streams": 101});
    let refused = panorama.post("/control/operations", &large).await;
    assert_eq!(refused.json::<Value>().await.expect("JSON")["field"], "streams");
}

#[tokio::test]
async fn what_is_not_there_is_neither_changed_nor_read() {
    let panorama = Panorama::start().await;
    let nobody = "0b6f3a52-8d1e-4c77-a2f4-61d09c5b7e13";
    for (method, path) in [
        (Method::POST, "/control/operations/nosuchco/streams".to_owned()),
        (Method::POST, format!("{STREAMS}/{nobody}")),
        (Method::DELETE, format!("{STREAMS}/{nobody}")),
        (Method::GET, format!("{STREAMS}/{nobody}/files")),
        (Method::POST, format!("/control/operations/{CODE}/fields/{nobody}")),
    ] {
        let answer = panorama.request(method, &path).json(&json!({})).send().await;
        assert_eq!(answer.expect("an answer").status(), 404, "{path}");
    }
    let answer = panorama.post(STREAMS, &json!({"field": nobody})).await;
    assert_eq!(answer.json::<Value>().await.expect("JSON")["field"], "field");
}

#[tokio::test]
async fn downloads_break_in_every_way_that_was_armed() {
    let (panorama, login) = connected().await;
    let stream = add(&panorama, &[200_000]).await;
    let url = urls(&panorama, &login, &stream).await.remove(0);
    let file = |fault: &str| json!({"call": "file", "fault": fault, "organizationCode": CODE});
    for (fault, announced, comes) in [("cut", 200_000, 100_000), ("wrongLength", 201_000, 200_000)]
    {
        panorama.arm(&file(fault)).await;
        let mut answer = get(&panorama, &url).await;
        assert_eq!(answer.content_length(), Some(announced), "{fault}");
        let mut read = 0;
        let ended = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => read += chunk.len(),
                ended => break ended,
            }
        };
        assert!(ended.is_err() && read <= comes, "{fault}: {read}");
    }
    panorama.arm(&file("stall")).await;
    let mut answer = get(&panorama, &url).await;
    let mut read = 0;
    while read < 100_000 {
        read += answer.chunk().await.expect("half of it").expect("half of it").len();
    }
    assert_eq!(read, 100_000);
    let wait = std::time::Duration::from_millis(50);
    assert!(tokio::time::timeout(wait, answer.chunk()).await.is_err(), "nothing comes");

    panorama.arm(&file("redirect")).await;
    let redirect = get(&panorama, &url).await;
    assert_eq!(redirect.status(), StatusCode::FOUND);
    assert_eq!(redirect.headers()[LOCATION], "http://169.254.169.254/latest/meta-data/");
    panorama.arm(&json!({"call": "listFields", "fault": "cut"})).await;
    let listing = panorama.request(Method::GET, "/sharing/krwv4vYH");
    let answer = listing.bearer_auth(&login.access_token).send().await.expect("a head");
    assert!(answer.bytes().await.is_err());

    assert_eq!(get(&panorama, &url).await.status(), 200);
    panorama.arm(&json!({"fault": "expireDownloads"})).await;
    assert_eq!(get(&panorama, &url).await.status(), 404);
}

#[tokio::test]
async fn a_read_of_a_file_is_listed_without_its_ticket() {
    let (panorama, login) = connected().await;
    let stream = add(&panorama, &[10]).await;
    let url = urls(&panorama, &login, &stream).await.remove(0);
    get(&panorama, &url).await;
    let calls = panorama.calls().await;
    let last = calls.last().expect("a call");
    assert_eq!((&last["call"], &last["status"]), (&json!("file"), &json!(200)));
    assert_eq!(last["path"], format!("/files/.../{stream}-1.2020"));
}
