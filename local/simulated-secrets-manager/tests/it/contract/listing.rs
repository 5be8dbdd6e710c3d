use std::collections::BTreeSet;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SortOrderType, Tag};

use crate::peer::{Peer, create, fresh_name, put, refused};

fn filter(key: FilterNameStringType, value: &str) -> Filter {
    Filter::builder().key(key).values(value).build()
}

async fn names(client: &Client, filter: Filter) -> Vec<String> {
    let listed = client.list_secrets().filters(filter).send().await.unwrap();
    listed.secret_list.unwrap_or_default().into_iter().map(|secret| secret.name.unwrap()).collect()
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

#[tokio::test]
async fn secrets_are_found_by_the_beginning_of_their_name() {
    let Peer { client, .. } = &Peer::start().await;
    let prefix = fresh_name();
    let version = create(client, &format!("{prefix}/one"), "1").await;
    create(client, &format!("{}/two", fresh_name()), "2").await;

    let listed = client
        .list_secrets()
        .filters(filter(FilterNameStringType::Name, &prefix))
        .send()
        .await
        .unwrap();

    let [secret] = listed.secret_list() else { panic!("{} secrets", listed.secret_list().len()) };
    assert_eq!(secret.name(), Some(format!("{prefix}/one").as_str()));
    assert!(
        secret.arn().is_some()
            && secret.created_date().is_some()
            && secret.last_changed_date().is_some()
    );
    assert_eq!(secret.secret_versions_to_stages().unwrap()[&version], ["AWSCURRENT"]);
}

#[tokio::test]
async fn the_beginning_of_a_name_is_compared_with_regard_to_case() {
    let Peer { client, .. } = &Peer::start().await;
    let name = format!("{}/Case", fresh_name());
    create(client, &name, "1").await;

    assert_eq!(
        names(client, filter(FilterNameStringType::Name, &name.to_uppercase())).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn several_filters_must_all_be_met_by_any_of_their_values() {
    let Peer { client, .. } = &Peer::start().await;
    let prefix = fresh_name();
    for end in ["a", "b", "c"] {
        create(client, &format!("{prefix}/{end}"), end).await;
    }
    let one_or_other = Filter::builder()
        .key(FilterNameStringType::Name)
        .values(format!("{prefix}/a"))
        .values(format!("{prefix}/c"));

    let not_a = filter(FilterNameStringType::Name, &format!("!{prefix}/a"));
    let listed =
        client.list_secrets().filters(one_or_other.build()).filters(not_a).send().await.unwrap();

    let names: Vec<_> = listed.secret_list().iter().map(|secret| secret.name().unwrap()).collect();
    assert_eq!(names, [format!("{prefix}/c")]);
}

#[tokio::test]
async fn a_listing_comes_in_pages_that_hold_every_secret_once() {
    let Peer { client, .. } = &Peer::start().await;
    let prefix = fresh_name();
    for n in 0..5 {
        create(client, &format!("{prefix}/{n}"), "x").await;
    }
    let list = || {
        client.list_secrets().filters(filter(FilterNameStringType::Name, &prefix)).max_results(2)
    };
    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let page = list().set_next_token(token).send().await.unwrap();
        pages.push(
            page.secret_list()
                .iter()
                .map(|secret| secret.name().unwrap().to_owned())
                .collect::<Vec<_>>(),
        );
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }

    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    assert_eq!(pages.concat().into_iter().collect::<BTreeSet<_>>().len(), 5);
}

#[tokio::test]
async fn a_descending_listing_is_the_reverse() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let prefix = fresh_name();
    for n in 0..3 {
        create(client, &format!("{prefix}/{n}"), "x").await;
    }
    let list =
        client.list_secrets().filters(filter(FilterNameStringType::Name, &prefix)).max_results(2);

    let first = list.clone().sort_order(SortOrderType::Desc).send().await.unwrap();
    let second = list
        .sort_order(SortOrderType::Desc)
        .next_token(first.next_token().unwrap())
        .send()
        .await
        .unwrap();

    let names: Vec<_> = [first.secret_list(), second.secret_list()].concat();
    let names: Vec<_> =
        names.iter().map(|secret| secret.name().unwrap().rsplit_once('/').unwrap().1).collect();
    assert_eq!(names, ["2", "1", "0"]);
}

#[tokio::test]
async fn a_secret_planned_for_deletion_is_listed_only_when_asked_for() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    create(client, &name, "x").await;
    client.delete_secret().secret_id(&name).send().await.unwrap();
    let list = || client.list_secrets().filters(filter(FilterNameStringType::Name, &name));

    assert_eq!(list().send().await.unwrap().secret_list().len(), 0);
    assert_eq!(list().include_planned_deletion(true).send().await.unwrap().secret_list().len(), 1);
}

#[tokio::test]
async fn versions_come_in_pages() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    create(client, &name, "first").await;
    put(client, &name, "second", &[]).await;
    put(client, &name, "third", &["mine"]).await;
    let list = || client.list_secret_version_ids().secret_id(&name).max_results(2);

    let first = list().send().await.unwrap();
    let second = list().next_token(first.next_token().unwrap()).send().await.unwrap();

    assert_eq!((first.versions().len(), second.versions().len()), (2, 1));
    assert_eq!(second.next_token(), None);
}

#[tokio::test]
async fn a_token_that_was_not_given_out_is_refused() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };

    assert_eq!(
        refused(client.list_secrets().next_token("not ours").send().await),
        "InvalidNextTokenException"
    );
}

#[tokio::test]
async fn tags_are_attached_replaced_removed_and_searched() {
    let Peer { client, .. } = &Peer::start().await;
    let name = fresh_name();
    let unique = name.replace('/', "-");
    client.create_secret().name(&name).tags(tag("environment", "STAGE")).send().await.unwrap();
    let tags = || async {
        let tags = client
            .describe_secret()
            .secret_id(&name)
            .send()
            .await
            .unwrap()
            .tags
            .unwrap_or_default();
        let mut tags: Vec<_> =
            tags.into_iter().map(|tag| (tag.key.unwrap(), tag.value.unwrap())).collect();
        tags.sort();
        tags
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());

    client
        .tag_resource()
        .secret_id(&name)
        .tags(tag(&unique, "mine"))
        .tags(tag("environment", "PRODUCTION"))
        .send()
        .await
        .unwrap();
    assert_eq!(tags().await, [pair(&unique, "mine"), pair("environment", "PRODUCTION")]);
    assert_eq!(
        names(client, filter(FilterNameStringType::TagKey, &unique)).await,
        std::slice::from_ref(&name)
    );

    client
        .untag_resource()
        .secret_id(&name)
        .tag_keys("environment")
        .tag_keys("absent")
        .send()
        .await
        .unwrap();
    assert_eq!(tags().await, [pair(&unique, "mine")]);
}
