use std::fmt::Write as _;

use serde_json::{Value, json};

use super::*;

fn of(listing: &Value) -> Result<SharedData, Unreadable> {
    read(listing.to_string().as_bytes())
}

/// A listing of one machine with one field with these streams.
fn with_streams(streams: &Value) -> Value {
    let field = json!({ "uuid": "f", "field": "North 80", "streams": streams });
    json!([{ "serial_number": "1", "fields": [field] }])
}

fn ids(data: &SharedData) -> Vec<&str> {
    let streams = data.fields().iter().flat_map(|field| &field.streams);
    streams.map(|stream| stream.id.as_str()).collect()
}

#[test]
fn a_listing_is_read_in_the_shape_of_the_public_demo() {
    let listing = json!([
        { "serial_number": "PP-1", "fields": [
            { "uuid": "b", "client": "Lindqvist Family", "farm": "Home Place", "field": "North 80",
              "streams": [
                { "id": "2", "season": 2025, "task_index": 3, "crop": { "name": "Corn" },
                  "task": { "name": "Planting" }, "more": [{}] },
                { "id": "1", "season": "2024/25", "task_index": "0", "crop": null,
                  "task": { "name": null } },
              ] },
            { "uuid": "a", "streams": null },
        ] },
        { "serial_number": "PP-2" },
        { "serial_number": "PP-3", "fields": [{ "uuid": "b", "streams": [{ "id": 7 }] }] },
    ]);
    let data = of(&listing).expect("a listing");
    let name = ProviderName::of;
    let bare = |id: &str| SharedStream {
        id: id.parse().expect("an id"),
        season: None,
        task_index: None,
        crop: None,
        task: None,
    };
    let streams = vec![
        SharedStream { season: Season::of("2024/25"), task_index: Some(0), ..bare("1") },
        SharedStream {
            season: Season::of("2025"),
            task_index: Some(3),
            crop: name("Corn"),
            task: name("Planting"),
            ..bare("2")
        },
        bare("7"),
    ];
    let [a, b] = ["a", "b"].map(|id| id.parse().expect("an id"));
    let fields = vec![
        SharedField { id: a, client: None, farm: None, name: None, streams: vec![] },
        SharedField {
            id: b,
            client: name("Lindqvist Family"),
            farm: name("Home Place"),
            name: name("North 80"),
            streams,
        },
    ];
    assert_eq!(data.into_fields(), fields);
}

#[test]
fn an_operation_may_share_nothing_yet() {
    for listing in [json!([]), json!([{ "fields": [] }]), with_streams(&json!([]))] {
        assert_eq!(of(&listing).expect("a listing").streams(), 0, "{listing}");
    }
}

#[test]
fn what_is_no_listing_is_not_read_in_part() {
    let whole = with_streams(&json!([{ "id": "1" }, { "id": "2" }])).to_string();
    assert_eq!(ids(&read(whole.as_bytes()).expect("a listing")), ["1", "2"]);
    // Cut anywhere, it is none.
    for length in 0..whole.len() {
        let cut = read(&whole.as_bytes()[..length]);
        assert_eq!(cut.err(), Some(Unreadable::UnknownForm), "{}", &whole[..length]);
    }
    for body in [
        "{}".to_owned(),
        "null".to_owned(),
        "<html>".to_owned(),
        format!("{whole}<html>"),
        format!("{{\"items\":{whole}}}"),
        "[1]".to_owned(),
        "[[]]".to_owned(),
        r#"[{"fields":{}}]"#.to_owned(),
        r#"[{"fields":[{"client":"no uuid","streams":[]}]}]"#.to_owned(),
        r#"[{"fields":[{"uuid":{},"streams":[]}]}]"#.to_owned(),
        r#"[{"fields":[{"uuid":"a","field":["x"],"streams":[]}]}]"#.to_owned(),
        r#"[{"fields":[{"uuid":"a","uuid":"b","streams":[]}]}]"#.to_owned(),
        r#"[{"fields":[{"uuid":"a","streams":[{"season":2025}]}]}]"#.to_owned(),
        r#"[{"fields":[{"uuid":"a","streams":[{"id":"1","crop":"Corn"}]}]}]"#.to_owned(),
        // The lists in it are called something else.
        r#"[{"plots":[{"uuid":"a"}]}]"#.to_owned(),
        r#"[{"fields":[{"uuid":"a","recordings":[{"id":"1"}]}]}]"#.to_owned(),
        r#"[{"fields":[{"uuid":"not an id","streams":[{"id":"1"}]}]}]"#.to_owned(),
    ] {
        assert_eq!(read(body.as_bytes()).err(), Some(Unreadable::UnknownForm), "{body}");
    }
}

#[test]
fn repeats_are_read_once_in_whatever_order_they_come() {
    let field = |uuid: &str, streams: &[&str]| {
        let streams: Vec<_> = streams.iter().map(|id| json!({ "id": id })).collect();
        json!({ "uuid": uuid, "field": "North 80", "streams": streams })
    };
    let mut machines = vec![
        json!({ "fields": [field("a", &["1", "2", "1"]), field("b", &["3"])] }),
        json!({ "fields": [field("b", &["3", "2", "4"]), field("a", &["1"])] }),
        json!({ "fields": [field("\u{61}", &["\u{31}"])] }),
    ];
    let data = of(&json!(machines)).expect("a listing");
    assert_eq!((data.fields().len(), ids(&data)), (2, vec!["1", "2", "3", "4"]));
    machines.reverse();
    let turned = of(&json!(machines)).expect("a listing");
    assert_eq!((turned.digest(), &turned), (data.digest(), &data));
}

#[test]
fn ids_that_are_none_are_passed_over_and_the_rest_is_read() {
    let long = "x".repeat(129);
    let listing = json!([{ "fields": [
        { "uuid": "f", "streams": [
            { "id": "../../krwv4vYH/confirm" }, { "id": "a/b" }, { "id": "" }, { "id": null },
            { "id": ".." }, { "id": "%2e%2e" }, { "id": "1\r\n" }, { "id": long }, { "id": "good" },
        ] },
        { "uuid": "../g", "streams": [{ "id": "lost" }] },
    ] }]);
    let data = of(&listing).expect("a listing");
    assert_eq!((data.fields().len(), ids(&data)), (1, vec!["good"]));
}

#[test]
fn names_are_made_fit_to_be_shown_however_long_they_are() {
    let listing = json!([{ "fields": [{
        "uuid": "f",
        "client": "N".repeat(10_000),
        "farm": "Home\u{0}\u{1b}[31m Place\u{202e}",
        "field": "\u{1f33d}".repeat(1_048_576 / 4),
        "streams": [{ "id": "1", "crop": { "name": "C".repeat(1_048_576) } }],
    }] }]);
    let data = of(&listing).expect("a listing");
    let SharedField { client, farm, name, streams, .. } = &data.fields()[0];
    let length =
        |name: &Option<ProviderName>| name.as_ref().expect("a name").as_str().chars().count();
    for name in [client, name, &streams[0].crop] {
        assert_eq!(length(name), ProviderName::MAX_LENGTH);
    }
    assert_eq!(farm.as_ref().map(ProviderName::as_str), Some("Home  [31m Place"));
}

#[test]
fn too_much_is_noticed_while_it_is_read() {
    let streams = |count: usize| {
        let mut list = String::from("[");
        for id in 0..count {
            write!(list, "{}{{\"id\":{id}}}", if id == 0 { "" } else { "," }).expect("a text");
        }
        list + "]"
    };
    let field = |uuid: &str, count: usize| {
        format!("{{\"uuid\":\"{uuid}\",\"streams\":{}}}", streams(count))
    };
    let half = MOST_STREAMS / 2;
    let body = format!("[{{\"fields\":[{},{}]}}]", field("a", half), field("b", half));
    // The same ids twice: they count while they are read.
    assert_eq!(read(body.as_bytes()).expect("a listing").streams(), half);
    // What comes after one too many is not looked at.
    let body = format!("[{{\"fields\":[{},{},no JSON", field("a", half), field("b", half + 1));
    assert_eq!(read(body.as_bytes()).err(), Some(Unreadable::TooMany));
    let body = format!("[{{\"fields\":[{}]}}]", field("a", MOST_STREAMS + 2));
    assert_eq!(read(body.as_bytes()).err(), Some(Unreadable::TooMany));
    let fields = vec!["{\"uuid\":\"a\",\"streams\":[]}"; MOST_FIELDS + 1].join(",");
    let body = format!("[{{\"fields\":[{fields}, no JSON");
    assert_eq!(read(body.as_bytes()).err(), Some(Unreadable::TooMany));
}
