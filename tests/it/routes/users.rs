//! `/users` and `/users/{leafUserId}`.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{NO_UUIDS, NOBODY, not_texts, user_path, with, with_query};
use crate::answer::fields_of;
use crate::world::{MANAGEMENT, OTHER_FARM, World};

const USERS: &str = "/services/usermanagement/api/users";
const FIELDS: [&str; 5] = ["name", "email", "phone", "address", "externalId"];

fn dale() -> Value {
    json!({
        "name": "Dale Pruitt",
        "email": "dale@pruittgrain.example",
        "phone": "+1 555 010 0199",
        "address": "Section 14, Salina, KS",
        "externalId": "grower-0199",
    })
}

async fn create(world: &World, body: &Value) -> String {
    let created = world.ask_with(Method::POST, USERS, body).await.json(201);
    created["id"].as_str().expect("an id").to_owned()
}

async fn names(world: &World, query: &[(&str, &str)]) -> Vec<String> {
    let users = world.ask(Method::GET, &with_query(USERS, query)).await.json(200);
    users
        .as_array()
        .expect("an array")
        .iter()
        .map(|user| user["name"].as_str().expect("a name").to_owned())
        .collect()
}

async fn count(world: &World) -> usize {
    names(world, &[]).await.len()
}

#[tokio::test]
async fn a_leaf_user_is_created_and_read() {
    let world = World::start().await;
    let created = world.ask_with(Method::POST, USERS, &dale()).await.json(201);
    let id = created["id"].as_str().expect("an id");
    assert_eq!(with(&created, "id", Value::Null), dale(), "what was sent, and the id");
    assert_eq!(world.ask(Method::GET, &user_path(id, "")).await.json(200), created);
    assert_eq!(world.ask(Method::GET, &user_path(&id.to_uppercase(), "")).await.json(200), created);
    world.ask(Method::GET, &user_path(NOBODY, "")).await.problem(404, "leafUserNotFound");
}

#[tokio::test]
async fn optional_fields_may_be_missing_null_or_empty_and_all_mean_the_same() {
    let world = World::start().await;
    let required = json!({ "name": "Dale" });
    let mut nulls = required.clone();
    let mut empties = required.clone();
    for field in ["email", "phone", "address", "externalId"] {
        nulls[field] = Value::Null;
        empties[field] = json!(" ");
    }
    for body in [required, nulls, empties] {
        let user = world.ask_with(Method::POST, USERS, &body).await.json(201);
        assert_eq!(fields_of(&user), ["address", "email", "externalId", "id", "name", "phone"]);
        for field in ["email", "phone", "address", "externalId"] {
            assert_eq!(user[field], Value::Null, "{field}");
        }
        let id = user["id"].as_str().expect("an id");
        assert_eq!(world.ask(Method::GET, &user_path(id, "")).await.json(200), user);
    }
    assert_eq!(names(&world, &[("externalId", " ")]).await, Vec::<String>::new());
}

#[tokio::test]
async fn names_of_any_script_are_kept_and_found() {
    let world = World::start().await;
    for name in [
        "Åsa Lindqvist",
        "محمد يوسف",
        "李 田",
        "O'Brien & Söhne <b>",
        "🌽 Farm",
        "a\u{301}",
        "\"; DROP --",
    ] {
        let id = create(&world, &with(&dale(), "name", json!(name))).await;
        let read = world.ask(Method::GET, &user_path(&id, "")).await.json(200);
        assert_eq!(read["name"], name);
        assert_eq!(names(&world, &[("name", name)]).await, [name]);
    }
    let longest = "å".repeat(255);
    create(&world, &with(&dale(), "name", json!(format!("  {longest} ")))).await;
    assert_eq!(
        names(&world, &[("name", &longest)]).await,
        [longest],
        "blanks around it are no part of it"
    );
}

#[tokio::test]
async fn unknown_fields_are_ignored_and_an_id_is_never_taken_from_the_caller() {
    let world = World::start().await;
    let body = with(&with(&dale(), "id", json!(NOBODY)), "color", json!({ "deep": [1, 2] }));
    let created = world.ask_with(Method::POST, USERS, &body).await.json(201);
    assert_ne!(created["id"], NOBODY);
    assert_eq!(with(&created, "id", Value::Null), dale());
}

#[tokio::test]
async fn a_list_is_in_the_order_of_creation_and_comes_in_pages() {
    let world = World::start().await;
    for name in ["e", "d", "c", "b", "a"] {
        world.clock.advance(Duration::from_secs(1));
        world.create_user(name).await;
    }
    let seeded = "Maria Lindqvist";
    assert_eq!(names(&world, &[]).await, [seeded, "e", "d", "c", "b", "a"]);
    for (page, size, expected) in [
        ("0", "4", &[seeded, "e", "d", "c"][..]),
        ("1", "4", &["b", "a"]),
        ("2", "4", &[]),
        ("0", "1", &[seeded]),
        ("5", "1", &["a"]),
        ("6", "1", &[]),
        ("0", "100", &[seeded, "e", "d", "c", "b", "a"]),
        ("1", "6", &[]),
        ("1000000", "100", &[]),
        ("", "", &[seeded, "e", "d", "c", "b", "a"]),
    ] {
        assert_eq!(
            names(&world, &[("page", page), ("size", size)]).await,
            expected,
            "page {page}, size {size}"
        );
    }
    for number in 0..16 {
        world.create_user(&format!("more-{number}")).await;
    }
    assert_eq!(count(&world).await, 20, "a page has 20 when nothing is said");
    assert_eq!(names(&world, &[("page", "1")]).await.len(), 2);
}

#[tokio::test]
async fn a_page_or_a_size_out_of_bounds_is_named() {
    let world = World::start().await;
    for (name, wrong) in [
        ("page", "-1"),
        ("page", "x"),
        ("page", "1.0"),
        ("page", "1000001"),
        ("page", "99999999999999999999"),
        ("size", "0"),
        ("size", "101"),
        ("size", "-5"),
        ("size", "ten"),
        ("size", " 5"),
    ] {
        let answer = world.ask(Method::GET, &with_query(USERS, &[(name, wrong)])).await;
        answer.problem_of(400, "malformedField", &[name]);
    }
}

#[tokio::test]
async fn filters_are_exact_and_all_of_them_count() {
    let world = World::start().await;
    for (name, email, external_id) in [
        ("Dale", "one@farm.example", Some("x-1")),
        ("Dale", "two@farm.example", Some("x-2")),
        ("Amina", "two@farm.example", Some("x-2")),
        ("Joe", "joe@farm.example", None),
    ] {
        world.clock.advance(Duration::from_secs(1));
        create(&world, &json!({ "name": name, "email": email, "externalId": external_id })).await;
    }
    let none: &[&str] = &[];
    for (query, expected) in [
        (&[("name", "Dale")][..], &["Dale", "Dale"][..]),
        (&[("name", "dale")], none),
        (&[("name", "Da")], none),
        (&[("email", "two@farm.example")], &["Dale", "Amina"]),
        (&[("email", "two+x@farm.example")], none),
        (&[("externalId", "x-2")], &["Dale", "Amina"]),
        (&[("name", "Dale"), ("email", "two@farm.example")], &["Dale"]),
        (&[("name", "Amina"), ("externalId", "x-2")], &["Amina"]),
        (&[("email", "two@farm.example"), ("externalId", "x-1")], none),
        (&[("name", "Dale"), ("email", "one@farm.example"), ("externalId", "x-1")], &["Dale"]),
        (&[("name", "Joe"), ("externalId", "x-1")], none),
        (&[("name", "Joe"), ("email", ""), ("externalId", "")], &["Joe"]),
        (&[("name", "Dale"), ("page", "1"), ("size", "1")], &["Dale"]),
        (&[("name", "Dale"), ("page", "2"), ("size", "1")], none),
        (&[("name", "Dale"), ("color", "red")], &["Dale", "Dale"]),
    ] {
        assert_eq!(names(&world, query).await, expected, "{query:?}");
    }
}

#[tokio::test]
async fn a_filter_that_is_longer_than_any_value_finds_nobody() {
    let world = World::start().await;
    for filter in ["name", "email", "externalId"] {
        assert_eq!(
            names(&world, &[(filter, &"x".repeat(4_000))]).await,
            Vec::<String>::new(),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn an_update_replaces_the_whole_profile() {
    let world = World::start().await;
    let id = create(&world, &dale()).await;
    let changed =
        json!({ "id": id, "name": "Dale P.", "email": "new@pruittgrain.example", "phone": "2" });
    let updated = world.ask_with(Method::PUT, USERS, &changed).await.json(200);
    let mut expected = changed.clone();
    (expected["address"], expected["externalId"]) = (Value::Null, Value::Null);
    assert_eq!(updated, expected, "what is not sent is gone");
    assert_eq!(world.ask(Method::GET, &user_path(&id, "")).await.json(200), updated);
    assert_eq!(names(&world, &[("email", "dale@pruittgrain.example")]).await, Vec::<String>::new());
    assert_eq!(names(&world, &[("externalId", "grower-0199")]).await, Vec::<String>::new());
    assert_eq!(names(&world, &[("email", "new@pruittgrain.example")]).await, ["Dale P."]);
    assert_eq!(
        world.ask_with(Method::PUT, USERS, &changed).await.json(200),
        updated,
        "again is the same"
    );
}

#[tokio::test]
async fn an_update_keeps_a_users_place_in_the_list_and_its_connection() {
    let world = World::start().await;
    world.clock.advance(Duration::from_secs(1));
    let id = create(&world, &dale()).await;
    world.clock.advance(Duration::from_secs(1));
    world.create_user("later").await;
    world.connect(&id, OTHER_FARM).await;
    world
        .ask_with(Method::PUT, USERS, &with(&with(&dale(), "id", json!(id)), "name", json!("Zoe")))
        .await
        .json(200);
    assert_eq!(names(&world, &[]).await, ["Maria Lindqvist", "Zoe", "later"]);
    assert_eq!(world.status(&id).await, "ACTIVE");
}

#[tokio::test]
async fn an_update_of_nobody_creates_nobody() {
    let world = World::start().await;
    world
        .ask_with(Method::PUT, USERS, &with(&dale(), "id", json!(NOBODY)))
        .await
        .problem(404, "leafUserNotFound");
    world.ask_with(Method::PUT, USERS, &dale()).await.problem_of(400, "missingField", &["id"]);
    for (id, error_key) in [
        (json!("planted"), "malformedField"),
        (json!(""), "emptyField"),
        (json!(7), "mistypedField"),
    ] {
        let answer = world.ask_with(Method::PUT, USERS, &with(&dale(), "id", id)).await;
        answer.problem_of(400, error_key, &["id"]);
        answer.says_nothing_of(["planted"]);
    }
    assert_eq!(count(&world).await, 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_field_is_named_and_nobody_is_created() {
    let world = World::start().await;
    let id = create(&world, &dale()).await;
    let mut cases = vec![(json!({}), "missingField", vec!["name"])];
    cases.push((with(&dale(), "name", Value::Null), "missingField", vec!["name"]));
    let mut null = dale();
    null["name"] = Value::Null;
    cases.push((null, "missingField", vec!["name"]));
    for empty in ["", " \t"] {
        cases.push((with(&dale(), "name", json!(empty)), "emptyField", vec!["name"]));
    }
    for field in FIELDS {
        for mistyped in not_texts() {
            cases.push((with(&dale(), field, mistyped), "mistypedField", vec![field]));
        }
        let long = format!("{}@planted", "x".repeat(255));
        cases.push((with(&dale(), field, json!(long)), "fieldTooLong", vec![field]));
        cases.push((with(&dale(), field, json!("planted@a\u{0}b")), "malformedField", vec![field]));
    }
    for email in ["planted", "@planted", "planted@", "planted@a@b", "planted farm@b.example"] {
        cases.push((with(&dale(), "email", json!(email)), "malformedField", vec!["email"]));
    }
    let all =
        json!({ "name": 1, "email": "planted", "phone": [], "address": {}, "externalId": false });
    cases.push((all, "mistypedField", FIELDS.to_vec()));
    for (body, error_key, fields) in cases {
        for (method, body) in
            [(Method::POST, body.clone()), (Method::PUT, with(&body, "id", json!(id)))]
        {
            let answer = world.ask_with(method, USERS, &body).await;
            answer.problem_of(400, error_key, &fields);
            answer.says_nothing_of(["planted"]);
        }
    }
    assert_eq!(count(&world).await, 2);
    let kept = world.ask(Method::GET, &user_path(&id, "")).await.json(200);
    assert_eq!(with(&kept, "id", Value::Null), dale());
}

#[tokio::test]
async fn a_malformed_id_in_the_path_is_named() {
    let world = World::start().await;
    for (id, error_key) in NO_UUIDS {
        for method in [Method::GET, Method::DELETE] {
            world.ask(method, &user_path(id, "")).await.problem_of(400, error_key, &["leafUserId"]);
        }
    }
}

#[tokio::test]
async fn a_deleted_user_is_gone_with_credential_and_events_and_its_operation_is_free() {
    let world = World::start().await;
    let id = create(&world, &dale()).await;
    world.connect(&id, OTHER_FARM).await;
    assert!(!world.events(&id).await.is_empty());

    world.ask(Method::DELETE, &user_path(&id, "")).await.no_content();
    for path in [
        user_path(&id, ""),
        user_path(&id, "/panorama-credentials"),
        user_path(&id, "/panorama-credentials/events"),
    ] {
        world.ask(Method::GET, &path).await.problem(404, "leafUserNotFound");
    }
    world.ask(Method::DELETE, &user_path(&id, "")).await.problem(404, "leafUserNotFound");
    world
        .ask_with(Method::PUT, USERS, &with(&dale(), "id", json!(id)))
        .await
        .problem(404, "leafUserNotFound");
    assert_eq!(names(&world, &[]).await, ["Maria Lindqvist"]);
    for (filter, value) in [
        ("name", "Dale Pruitt"),
        ("email", "dale@pruittgrain.example"),
        ("externalId", "grower-0199"),
    ] {
        assert_eq!(names(&world, &[(filter, value)]).await, Vec::<String>::new());
    }

    let next = world.connected("next", OTHER_FARM).await;
    assert_eq!(world.status(&next).await, "ACTIVE");
}

#[tokio::test]
async fn a_deleted_users_session_binds_nobody() {
    let world = World::start().await;
    let (with_code, hop) = (create(&world, &dale()).await, world.create_user("hop").await);
    world.start_session(&with_code, Some(OTHER_FARM)).await;
    let link = world.start_session(&hop, None).await.sign_in_url;
    let mut browser = world.browser();
    browser.go_on(&link).await;
    for user in [&with_code, &hop] {
        world.ask(Method::DELETE, &user_path(user, "")).await.no_content();
    }
    let callback = world.share(OTHER_FARM).await;
    assert_ne!(browser.open(&callback).await.outcome, "connected");
    assert_ne!(world.browser().open(&callback).await.outcome, "connected");
    assert_eq!(world.calls("confirmSharing").await, 0);
    assert_eq!(world.browser().open(&link).await.outcome, "unknownLink");
}

#[tokio::test]
async fn deleting_nobody_says_so() {
    let world = World::start().await;
    world.ask(Method::DELETE, &user_path(NOBODY, "")).await.problem(404, "leafUserNotFound");
    world
        .ask(Method::DELETE, &format!("{MANAGEMENT}/users"))
        .await
        .problem(405, "methodNotAllowed");
}

#[tokio::test]
async fn a_partial_update_changes_what_it_names_and_clears_what_it_names_as_empty() {
    let world = World::start().await;
    let id = create(&world, &dale()).await;
    let path = user_path(&id, "");
    let mut expected = with(&dale(), "id", json!(id));
    let empty = Value::Null;
    for (body, changed) in [
        (json!({}), vec![]),
        (json!({ "unknown": 1 }), vec![]),
        (json!({ "phone": "2" }), vec![("phone", json!("2"))]),
        (json!({ "name": " Zoe ", "id": id }), vec![("name", json!("Zoe"))]),
        (
            json!({ "email": null, "address": "" }),
            vec![("email", empty.clone()), ("address", empty.clone())],
        ),
        (json!({ "externalId": " ", "id": null }), vec![("externalId", empty.clone())]),
        (json!({ "email": "zoe@farm.example" }), vec![("email", json!("zoe@farm.example"))]),
    ] {
        for (field, value) in changed {
            expected[field] = value;
        }
        assert_eq!(world.ask_with(Method::PATCH, &path, &body).await.json(200), expected, "{body}");
        assert_eq!(world.ask(Method::GET, &path).await.json(200), expected, "{body}");
    }
    assert_eq!(names(&world, &[("email", "zoe@farm.example")]).await, ["Zoe"]);
    assert_eq!(names(&world, &[("name", "Dale Pruitt")]).await, Vec::<String>::new());
    assert_eq!(names(&world, &[("sort", "email,desc")]).await, ["Zoe", "Maria Lindqvist"]);

    for (body, error_key, field) in [
        (json!({ "name": null }), "missingField", "name"),
        (json!({ "name": " " }), "emptyField", "name"),
        (json!({ "email": "planted" }), "malformedField", "email"),
        (json!({ "phone": 1 }), "mistypedField", "phone"),
        (json!({ "id": NOBODY, "phone": "3" }), "malformedField", "id"),
    ] {
        world.ask_with(Method::PATCH, &path, &body).await.problem_of(400, error_key, &[field]);
    }
    assert_eq!(world.ask(Method::GET, &path).await.json(200), expected);
    let nobody = user_path(NOBODY, "");
    world
        .ask_with(Method::PATCH, &nobody, &json!({ "phone": "1" }))
        .await
        .problem(404, "leafUserNotFound");
    world.ask_with(Method::PATCH, &nobody, &json!({})).await.problem(404, "leafUserNotFound");
    assert_eq!(count(&world).await, 2);
}

#[tokio::test]
async fn a_list_comes_in_the_order_that_is_asked_for() {
    let world = World::start().await;
    for (name, email) in
        [("bert", Some("z@farm.example")), ("Ann", None), ("Carla", Some("B@farm.example"))]
    {
        world.clock.advance(Duration::from_secs(1));
        create(&world, &json!({ "name": name, "email": email, "externalId": name })).await;
    }
    let maria = "Maria Lindqvist";
    for (sort, expected) in [
        ("", [maria, "bert", "Ann", "Carla"]),
        ("createdTime,desc", ["Carla", "Ann", "bert", maria]),
        ("name", ["Ann", "bert", "Carla", maria]),
        ("name,asc", ["Ann", "bert", "Carla", maria]),
        ("name,DESC", [maria, "Carla", "bert", "Ann"]),
        ("email,asc", ["Ann", "Carla", maria, "bert"]),
        ("externalId,desc", [maria, "Carla", "bert", "Ann"]),
    ] {
        assert_eq!(names(&world, &[("sort", sort)]).await, expected, "{sort}");
        let pages = [
            names(&world, &[("sort", sort), ("size", "3")]).await,
            names(&world, &[("sort", sort), ("size", "3"), ("page", "1")]).await,
        ];
        assert_eq!(pages.concat(), expected, "{sort}");
    }
    let users = world.ask(Method::GET, &with_query(USERS, &[("sort", "id,desc")])).await.json(200);
    let mut ids: Vec<_> =
        users.as_array().expect("a list").iter().map(|user| user["id"].to_string()).collect();
    ids.reverse();
    assert!(ids.is_sorted() && ids.len() == 4, "{ids:?}");
    create(&world, &json!({ "name": "Ann", "email": "a@farm.example", "externalId": "other" }))
        .await;
    let filtered = world
        .ask(Method::GET, &with_query(USERS, &[("name", "Ann"), ("sort", "email,desc")]))
        .await
        .json(200);
    assert_eq!(
        (&filtered[0]["externalId"], &filtered[1]["externalId"]),
        (&json!("other"), &json!("Ann"))
    );
    for sort in ["phone", "name,up", "name,asc,email", ",asc", "created"] {
        world.ask(Method::GET, &with_query(USERS, &[("sort", sort)])).await.problem_of(
            400,
            "malformedField",
            &["sort"],
        );
    }
    let twice = [("sort", "name"), ("sort", "email")];
    world.ask(Method::GET, &with_query(USERS, &twice)).await.problem_of(
        400,
        "malformedField",
        &["sort"],
    );
}
