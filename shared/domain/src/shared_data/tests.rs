use proptest::collection::vec;
use proptest::prelude::*;

use super::gathered::Gathered;
use super::*;

fn name(text: &str) -> Option<ProviderName> {
    ProviderName::of(text)
}

fn field(id: &str, client: &str, streams: Vec<SharedStream>) -> SharedField {
    SharedField {
        id: id.parse().expect("an id"),
        client: name(client),
        farm: name("Home Place"),
        name: name("North 80"),
        streams,
    }
}

fn stream(id: &str) -> SharedStream {
    SharedStream {
        id: id.parse().expect("an id"),
        season: Season::of("2025"),
        task_index: Some(1),
        crop: name("Corn"),
        task: name("Planting"),
    }
}

fn shared(fields: impl IntoIterator<Item = SharedField>) -> SharedData {
    let mut gathered = Gathered::default();
    for field in fields {
        gathered.add(field);
    }
    gathered.into_shared_data()
}

#[test]
fn a_field_of_several_machines_is_one_with_the_streams_of_all() {
    let data = shared([
        field("b", "North", vec![stream("3")]),
        field("a", "North", vec![stream("2")]),
        field("b", "North", vec![stream("1"), stream("3")]),
    ]);
    let ids: Vec<_> = data
        .fields()
        .iter()
        .map(|field| {
            let streams = field.streams.iter().map(|stream| stream.id.to_string());
            (field.id.to_string(), streams.collect::<Vec<_>>().concat())
        })
        .collect();
    assert_eq!(ids, [("a".to_owned(), "2".to_owned()), ("b".to_owned(), "13".to_owned())]);
    assert_eq!((data.streams(), data.growers(), data.farms()), (3, 1, 1));
}

#[test]
fn of_repeats_that_differ_the_one_that_says_the_most_counts() {
    let bare = SharedStream { crop: None, ..stream("1") };
    let data = shared([
        field("a", "", vec![bare.clone()]),
        field("b", "South", vec![stream("1"), bare]),
        field("a", "North", Vec::new()),
    ]);
    assert_eq!(
        data.into_fields(),
        [field("a", "North", Vec::new()), field("b", "South", vec![stream("1")])]
    );
}

#[test]
fn growers_and_farms_are_counted_by_their_names() {
    let on = |id, client: &str, farm: &str| SharedField {
        farm: name(farm),
        ..field(id, client, Vec::new())
    };
    let data = shared([
        on("1", "North", "Home"),
        on("2", "North", "Home"),
        on("3", "North", "Hill"),
        on("4", "South", "Home"),
        on("5", "", ""),
    ]);
    assert_eq!((data.growers(), data.farms(), data.fields().len()), (3, 4, 5));
}

#[test]
fn the_digest_of_a_content_stays() {
    // It is stored: another one for the same content would have every farmer's data written again.
    let data = shared([field("a", "North", vec![stream("1")])]);
    assert_eq!(
        data.digest().to_string(),
        "b3faeb9ed4631dac5c9492b04e219c0eafbe95c57330b982b82ab1a13368d53c"
    );
}

#[test]
fn whatever_changes_in_a_content_changes_its_digest() {
    let one = || stream("1");
    let whole = || field("a", "North", vec![one()]);
    let with = |stream| field("a", "North", vec![stream]);
    let contents = [
        vec![],
        vec![whole()],
        vec![whole(), field("b", "", vec![])],
        vec![SharedField { id: "b".parse().expect("an id"), ..whole() }],
        vec![SharedField { client: None, ..whole() }],
        vec![SharedField {
            client: None,
            farm: name("North"),
            name: name("Home Place"),
            ..whole()
        }],
        vec![SharedField { farm: None, ..whole() }],
        vec![SharedField { name: name("North 81"), ..whole() }],
        vec![SharedField { streams: vec![], ..whole() }],
        vec![SharedField { streams: vec![one(), stream("2")], ..whole() }],
        vec![with(stream("2"))],
        vec![with(SharedStream { season: None, ..one() })],
        vec![with(SharedStream { season: Season::of("2026"), ..one() })],
        vec![with(SharedStream { season: None, task_index: Some(2025), ..one() })],
        vec![with(SharedStream { task_index: None, ..one() })],
        vec![with(SharedStream { task_index: Some(-1), ..one() })],
        vec![with(SharedStream { crop: None, ..one() })],
        vec![with(SharedStream { crop: name("Planting"), task: name("Corn"), ..one() })],
        vec![with(SharedStream { crop: name("CornP"), task: name("lanting"), ..one() })],
        vec![with(SharedStream { task: None, ..one() })],
    ];
    let digests: HashSet<_> = contents.into_iter().map(|it| shared(it).digest()).collect();
    assert_eq!(digests.len(), 20);
    assert_ne!(one().digest(), stream("2").digest());
    assert_ne!(whole().digest(), with(stream("2")).digest());
}

#[test]
fn what_could_mean_something_in_a_path_is_no_id() {
    for text in [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "a\\b",
        "a%2Fb",
        "a b",
        " a",
        "a\n",
        "a?b",
        "a#b",
        "ä",
        "-a",
        ".a",
        "a\0",
        &"x".repeat(129),
    ] {
        assert!(text.parse::<StreamId>().is_err(), "{text:?}");
        assert!(text.parse::<ProviderFieldId>().is_err(), "{text:?}");
    }
    for text in ["0d9a1f0e-6a3c-4c8e-9a51-3f6f2c1b7d44", "7", "a..b", "a:b=", &"x".repeat(128)] {
        assert_eq!(text.parse::<StreamId>().expect("an id").as_str(), text);
    }
}

#[test]
fn a_name_is_fit_to_be_stored_and_shown() {
    for (text, expected) in [
        (" North 80 ", Some("North 80")),
        ("Nord\u{df}e \u{1f33d}", Some("Nord\u{df}e \u{1f33d}")),
        ("North\r\n80", Some("North  80")),
        ("North\u{2028}80\0", Some("North 80")),
        ("\u{202e}08 htroN\u{202c}\u{2066}", Some("08 htroN")),
        ("\u{200f}\u{61c}", None),
        (" \u{7} ", None),
        ("", None),
    ] {
        let read = ProviderName::of(text);
        assert_eq!(read.as_ref().map(ProviderName::as_str), expected, "{text:?}");
    }
}

#[test]
fn a_long_name_is_shortened_and_stays_another_than_one_that_begins_alike() {
    let of = |text: String| ProviderName::of(&text).expect("a name");
    let whole = "\u{1f33d}".repeat(ProviderName::MAX_LENGTH);
    assert_eq!(of(whole.clone()).as_str(), whole);
    let (long, other) = (of(whole.clone() + "a"), of(whole + "b"));
    assert_eq!(long.as_str().chars().count(), ProviderName::MAX_LENGTH);
    assert_eq!(other.as_str().chars().count(), ProviderName::MAX_LENGTH);
    assert_ne!(long, other);
    assert_eq!(of("x".repeat(10_000)).as_str().len(), ProviderName::MAX_LENGTH + "…".len() - 1);
}

#[test]
fn a_season_has_the_year_that_it_is_called_by() {
    for (text, year) in
        [("2025", Some(2025)), ("2025/26", Some(2025)), ("25", None), ("20255", None), ("x", None)]
    {
        assert_eq!(Season::of(text).expect("a season").year(), year, "{text}");
    }
}

/// Fields with few ids and names, so that repeats and likeness are frequent.
fn fields() -> impl Strategy<Value = Vec<SharedField>> {
    let some_name = || "[ab]{0,2}".prop_map(|text| name(&text));
    let streams =
        ("[abc]", "(|2024|2025)", proptest::option::of(0..3_i64), some_name(), some_name())
            .prop_map(|(id, season, task_index, crop, task)| {
                let (id, season) = (id.parse().expect("an id"), Season::of(&season));
                SharedStream { id, season, task_index, crop, task }
            });
    let field = ("[abc]", some_name(), some_name(), some_name(), vec(streams, 0..4)).prop_map(
        |(id, client, farm, name, streams)| {
            let id = id.parse().expect("an id");
            SharedField { id, client, farm, name, streams }
        },
    );
    vec(field, 0..6)
}

proptest! {
    // A failure becomes a test with a name, not a file.
    #![proptest_config(ProptestConfig {
        failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn neither_order_nor_repeats_change_a_content(
        (fields, mut shuffled) in fields().prop_flat_map(|fields| {
            let twice = [fields.clone(), fields.clone()].concat();
            (Just(fields), Just(twice).prop_shuffle())
        }),
    ) {
        for field in &mut shuffled {
            field.streams.reverse();
        }
        let (one, other) = (shared(fields), shared(shuffled));
        prop_assert_eq!(one.digest(), other.digest());
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_content_that_is_gathered_again_is_the_same(fields in fields()) {
        let once = shared(fields);
        prop_assert_eq!(shared(once.clone().into_fields()), once);
    }
}
