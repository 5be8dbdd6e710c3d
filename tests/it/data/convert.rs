//! A converter: what it is given, what it makes of a file, and what is said when it does not.

use std::time::Duration;

use all_functions::FUNCTIONS;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use domain::catalogue::turn::Turn;
use local::environment::FILES_BUCKET;
use local::function_scope;
use reqwest::Method;
use serde_json::{Value, json};
use simulated_converter::{Behaviour, Script};

use super::{FIELDS, OPERATIONS, text};
use crate::doomed;
use crate::world::{FARM, World};

/// A machine with a converter, and what it is made to do.
pub(super) async fn with_converter() -> (World, Script) {
    let script = Script::default();
    let converter = script.clone();
    let world = World::start_with(|options| options.converter = Some(converter)).await;
    (world, script)
}

impl World {
    /// A connected farmer with one file more than the sample's, whose bytes are here and which was
    /// converted as the script says: the farmer and the file.
    pub(super) async fn with_a_file(
        &self,
        script: &Script,
        behaviours: &[Behaviour],
    ) -> (String, Value) {
        let user = self.connected("maria", FARM).await;
        self.convert_all().await;
        // What was connected in the same moment is compared in any case.
        self.pass(1, 0);
        for behaviour in behaviours {
            script.then(behaviour.clone());
        }
        self.change_operation(Method::POST, "streams", &json!({ "files": [1_234] })).await;
        self.follow(&user).await;
        let files = self.files(&user, "").await;
        let file = files.into_iter().find(|file| file["sizeInBytes"] == 1_234).expect("the file");
        (user, file)
    }

    /// The operation is followed, its files are stored, and each message of a conversion is
    /// delivered.
    pub(super) async fn follow(&self, user: &str) {
        let ports = &self.machine.service.ports;
        let user = user.parse().expect("an id");
        ports.catalogue.request_sync(user, ports.clock.now(), Turn::Next).await.expect("asked for");
        self.convert_all().await;
    }

    /// Everything is followed and stored, and each message of a conversion delivered, once if it
    /// does not come to its end.
    async fn convert_all(&self) {
        self.settle().await;
        for _ in 0..2 {
            self.machine.outbox.deliver().await.expect("the stream can be read");
        }
    }

    /// The stream that a file is of.
    pub(super) async fn stream_of(&self, file: &Value) -> String {
        let (user, field) = (text(&file["leafUserId"]), text(&file["fields"][0]));
        let id = text(&file["id"]);
        let path = format!("{FIELDS}/users/{user}/fields/{field}/operations/files/{id}");
        text(&self.get(&path).await.json(200)["providerFileId"])
    }

    async fn of_file(&self, file: &Value, what: &str) -> crate::answer::Answer {
        self.get(&format!("{OPERATIONS}/files/{}{what}", text(&file["id"]))).await
    }

    /// The step's status and message.
    async fn step(&self, file: &Value, step: &str) -> (String, String) {
        let steps = self.of_file(file, "/status").await.json(200);
        (text(&steps[step]["status"]), text(&steps[step]["message"]))
    }

    /// Why a file has neither output; it is the same in each place that says so.
    async fn why_not_converted(&self, file: &Value, status: &str) -> String {
        let (found, why) = self.step(file, "standardGeojson").await;
        assert_eq!(found, status, "{why}");
        assert_eq!(self.step(file, "summary").await, (found, why.clone()));
        let summary = self.of_file(file, "/summary").await.problem(404, "summaryNotFound");
        assert_eq!(text(&summary["detail"]), why);
        let download = self.of_file(file, "/download/standardGeojson").await;
        assert_eq!(text(&download.problem(404, "fileNotConverted")["detail"]), why);
        let now = self.of_file(file, "").await.json(200);
        assert!(now.get("downloadStandardGeojson").is_none(), "{now}");
        why
    }

    /// A message of the conversions' queue is delivered for the `time`th time; how many are to be
    /// delivered again.
    pub(super) async fn convert(&self, message: &Value, time: u32) -> usize {
        let mut delivered = SqsMessage::default();
        (delivered.message_id, delivered.body) = (Some("1".to_owned()), Some(message.to_string()));
        delivered.attributes.insert("ApproximateReceiveCount".to_owned(), time.to_string());
        let mut event = SqsEvent::default();
        event.records = vec![delivered];
        let function = FUNCTIONS.iter().find(|it| it.name == "convert-file").expect("a function");
        let answer = function_scope::work(function, &self.machine.service, event).await;
        answer.expect("a function behind a queue").batch_item_failures.len()
    }

    /// The keys of what was converted.
    pub(super) async fn outputs(&self, of: &str) -> Vec<String> {
        let s3 = doomed::s3_client(self);
        let prefix = format!("converted/{of}");
        let listed = s3.list_objects_v2().bucket(FILES_BUCKET).prefix(prefix).send().await;
        let listed = listed.expect("a listing");
        listed.contents().iter().filter_map(|it| it.key()).map(ToOwned::to_owned).collect()
    }
}

fn writes(standard_geojson: Option<&str>, summary: Option<&str>) -> Behaviour {
    let bytes = |text: Option<&str>| text.map(|text| text.to_owned().into());
    Behaviour::Writes { standard_geojson: bytes(standard_geojson), summary: bytes(summary) }
}

#[tokio::test]
async fn every_file_that_is_stored_is_converted_and_what_was_made_is_handed_out() {
    let (world, script) = with_converter().await;
    let (user, file) = world.with_a_file(&script, &[]).await;
    let id = text(&file["id"]);
    let expected = json!({
        "bucket": FILES_BUCKET, "key": format!("raw/{user}/{id}/1"), "fileFormat": "PP2020",
        "fileId": id, "leafUserId": user,
        "outputs": {
            "standardGeojson": format!("converted/{user}/{id}/1/standard.geojson"),
            "summary": format!("converted/{user}/{id}/1/summary.json"),
        },
    });
    let events = script.events();
    assert!(events.contains(&expected), "{expected}");
    assert_eq!(events.len(), world.files(&user, "").await.len(), "each once");

    for step in ["originalFile", "standardGeojson", "summary"] {
        assert_eq!(world.step(&file, step).await, ("processed".to_owned(), "ok".to_owned()));
    }
    assert_eq!(world.step(&file, "rawGeojson").await.0, "failed", "nobody is asked for it");
    let summary = world.of_file(&file, "/summary").await.json(200);
    assert_eq!(summary["properties"], json!({ "totalPoints": 154, "sizeInBytes": 1_234 }));
    let address = text(&file["downloadStandardGeojson"]);
    let path = address.strip_prefix(&world.api("")).expect("an address of ours");
    let answer = world.get(path).await;
    assert_eq!(answer.status, 302, "{answer:?}");
    let link = answer.header("location").expect("a link");
    assert!(link.contains("X-Amz-Expires=300"), "{link}");
    let made = world.http.get(link).send().await.expect("an answer");
    assert_eq!(made.status(), 200);
    let name = made.headers()["content-disposition"].to_str().expect("ASCII").to_owned();
    assert!(name.contains(".2020.geojson"), "{name}");
    let made: Value = made.json().await.expect("JSON");
    assert_eq!(made["features"].as_array().map(Vec::len), Some(154));
    assert_eq!(world.http.get(&address).send().await.expect("an answer").status(), 401);

    // Nothing is done twice: not by a repeated message, and not by a sync with nothing new.
    let message = json!({ "leafUserId": user, "fileId": id });
    assert_eq!(world.convert(&message, 1).await, 0);
    world.follow(&user).await;
    assert_eq!(script.events().len(), events.len());
    assert_eq!(world.files(&user, "").await.len(), events.len());
    // But when a partner has a new converter.
    let message = json!({ "leafUserId": user, "fileId": id, "again": true });
    assert_eq!(world.convert(&message, 1).await, 0);
    assert_eq!(script.events().len(), events.len() + 1);
}

#[tokio::test]
async fn without_a_converter_every_place_says_so() {
    let world = World::start().await;
    let (_, file) = world.with_a_file(&Script::default(), &[]).await;
    let why = world.why_not_converted(&file, "failed").await;
    assert!(why.starts_with("No converter is configured"), "{why}");
    let settings = &world.machine.service.settings;
    assert_eq!(settings.converter_arn, None);
}

/// A converter that has become another one.
async fn convert_again(world: &World, file: &Value) {
    let message = json!({ "leafUserId": file["leafUserId"], "fileId": file["id"], "again": true });
    assert_eq!(world.convert(&message, 1).await, 0);
}

#[tokio::test]
async fn a_converters_last_word_is_told_and_it_is_not_asked_again() {
    let (world, script) = with_converter().await;
    let unsupported = json!({ "status": "unsupported", "message": "Only planting\n is read." });
    let (user, file) = world.with_a_file(&script, &[Behaviour::Answers(unsupported)]).await;
    for (answer, expected) in [
        (None, "The converter does not support this file. It says: Only planting is read."),
        (Some("failed"), "The converter could not convert this file."),
        (Some("converted"), "The converter answered that it was done, but has not written this."),
    ] {
        if let Some(status) = answer {
            script.then(Behaviour::Answers(json!({ "status": status })));
            convert_again(&world, &file).await;
        }
        assert_eq!(world.why_not_converted(&file, "failed").await, expected);
        let asked = script.events().len();
        let message = json!({ "leafUserId": user, "fileId": file["id"] });
        assert_eq!(world.convert(&message, 1).await, 0);
        assert_eq!(script.events().len(), asked, "{expected}");
    }
}

#[tokio::test]
async fn what_a_converter_writes_is_not_trusted() {
    const MISSING: &str = "The converter answered that it was done, but has not written this.";
    const NOT_JSON: &str = "What the converter has written is not a JSON object.";
    let large = format!(r#"{{"x":"{}"}}"#, "x".repeat(256 * 1_024));
    let deep = format!(r#"{{"x":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let (world, script) = with_converter().await;
    let (_, file) = world.with_a_file(&script, &[writes(Some("{}"), None)]).await;
    for (summary, expected) in [
        (None, MISSING),
        (Some("no JSON"), NOT_JSON),
        (Some("[1]"), NOT_JSON),
        (Some(""), NOT_JSON),
        (Some(&*deep), NOT_JSON),
        (Some(&*large), "What the converter has written is larger than is allowed."),
    ] {
        if summary.is_some() {
            script.then(writes(Some("{}"), summary));
            convert_again(&world, &file).await;
        }
        assert_eq!(world.step(&file, "standardGeojson").await.0, "processed");
        let step = world.step(&file, "summary").await;
        assert_eq!(step, ("failed".to_owned(), expected.to_owned()));
        let summary = world.of_file(&file, "/summary").await.problem(404, "summaryNotFound");
        assert_eq!(summary["detail"], expected);
    }
}

#[tokio::test]
async fn a_summary_that_was_deleted_since_is_said_to_be_gone() {
    let (world, script) = with_converter().await;
    let (_, file) = world.with_a_file(&script, &[]).await;
    let (user, id) = (text(&file["leafUserId"]), text(&file["id"]));
    let key = format!("converted/{user}/{id}/1/summary.json");
    let delete = doomed::s3_client(&world).delete_object().bucket(FILES_BUCKET).key(&key);
    delete.send().await.expect("deleted");
    let gone = world.of_file(&file, "/summary").await.problem(404, "summaryNotFound");
    assert!(text(&gone["detail"]).contains("is not in the bucket any more"), "{gone}");
}

#[tokio::test]
async fn a_summary_that_was_overwritten_since_is_not_trusted_either() {
    let (world, script) = with_converter().await;
    let (_, file) = world.with_a_file(&script, &[]).await;
    world.of_file(&file, "/summary").await.json(200);
    let (user, id) = (text(&file["leafUserId"]), text(&file["id"]));
    let key = format!("converted/{user}/{id}/1/summary.json");
    let put = |body: Vec<u8>| {
        let request = doomed::s3_client(&world).put_object().bucket(FILES_BUCKET).key(&key);
        request.body(body.into()).send()
    };
    for body in [b"<html>".to_vec(), vec![b' '; 1_000_000]] {
        put(body).await.expect("written");
        world.of_file(&file, "/summary").await.problem(404, "summaryNotFound");
    }
    put(br#"{"a":1.10}"#.to_vec()).await.expect("written");
    let answer = world.of_file(&file, "/summary").await;
    assert_eq!((answer.status, &*answer.text), (200, r#"{"a":1.10}"#), "as it was written");
}

#[tokio::test]
async fn a_converter_on_a_bad_day_is_asked_again_and_given_up_in_the_end() {
    let (world, script) = with_converter().await;
    let bad = [
        Behaviour::Throttled,
        Behaviour::Crashes("planted-in-a-crash".to_owned()),
        Behaviour::Answers(json!({ "status": "done" })),
        Behaviour::Answers(Value::Null),
    ];
    let (user, file) = world.with_a_file(&script, &bad[..1]).await;
    let why = world.why_not_converted(&file, "processing").await;
    assert!(why.starts_with("The file has not been converted yet."), "{why}");
    // The queue brings it again, and it is done then.
    let message = json!({ "leafUserId": user, "fileId": file["id"] });
    for behaviour in &bad {
        script.then(behaviour.clone());
        assert_eq!(world.convert(&message, 19).await, 1, "{behaviour:?}");
    }
    assert_eq!(world.why_not_converted(&file, "processing").await, why);
    script.then(bad[1].clone());
    assert_eq!(world.convert(&message, LAST).await, 1, "it goes to the dead letters");
    let given_up = world.why_not_converted(&file, "failed").await;
    assert!(given_up.starts_with("The converter did not come to an end"), "{given_up}");
    // Sent from there again.
    assert_eq!(world.convert(&message, 1).await, 0);
    world.of_file(&file, "/summary").await.json(200);
}

/// A delivery after which there is none.
const LAST: u32 = 20;

#[tokio::test]
async fn a_busy_converter_gets_its_files_by_itself() {
    let (world, script) = with_converter().await;
    for _ in 0..30 {
        script.then(Behaviour::Throttled);
    }
    let user = world.connected("maria", FARM).await;
    world.convert_all().await;
    let files = world.files(&user, "").await;
    for _ in 0..6 {
        world.deliver_after(16 * 60).await;
    }
    for file in &files {
        world.of_file(file, "/summary").await.json(200);
    }
}

#[tokio::test]
async fn a_file_that_changes_is_converted_anew_and_what_was_made_before_is_gone() {
    let (world, script) = with_converter().await;
    let (user, file) = world.with_a_file(&script, &[]).await;
    let id = text(&file["id"]);
    let of_file = format!("{user}/{id}/");
    let keys = |number: u32| {
        ["standard.geojson", "summary.json"]
            .map(|name| format!("converted/{of_file}{number}/{name}"))
            .to_vec()
    };
    assert_eq!(world.outputs(&of_file).await, keys(1));
    let stream = world.stream_of(&file).await;
    let change = json!({ "crop": "Barley", "files": [4_000] });
    world.change_operation(Method::POST, &format!("streams/{stream}"), &change).await;
    script.then(Behaviour::Throttled);
    world.follow(&user).await;
    // Other bytes are here, of which nothing was made so far.
    let why = world.why_not_converted(&file, "processing").await;
    assert!(why.starts_with("The file has not been converted yet."), "{why}");
    world.deliver_after(16 * 60).await;
    let summary = world.of_file(&file, "/summary").await.json(200);
    assert_eq!(summary["properties"]["sizeInBytes"], 4_000);
    assert_eq!(world.outputs(&of_file).await, keys(2));
}

#[tokio::test]
async fn what_was_received_is_converted_after_sharing_has_ended() {
    let (world, script) = with_converter().await;
    let (_, file) = world.with_a_file(&script, &[Behaviour::Throttled]).await;
    world.unshare(FARM).await;
    assert_eq!(world.check_after(15).await.revoked, 1);
    world.clock.advance(Duration::from_mins(16));
    world.convert_all().await;
    world.of_file(&file, "/summary").await.json(200);
}
