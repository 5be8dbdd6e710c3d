//! Guessing passwords costs time, and nobody is locked out by it.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};

use super::authenticate::{right, sign_in};
use super::with;
use crate::logs::Log;
use crate::world::World;

async fn guess(world: &World, times: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for guess in 0..times {
        let body = with(&right(world), "password", json!(format!("planted-{guess}")));
        statuses.push(sign_in(world, &body).await.status);
    }
    statuses
}

#[tokio::test]
async fn guesses_are_slowed_down_and_the_right_password_waits_with_them() {
    let world = World::start().await;
    assert_eq!(guess(&world, 40).await, [vec![401; 5], vec![429; 35]].concat());
    let refused = sign_in(&world, &right(&world)).await;
    refused.problem(429, "tooManySignIns");
    assert_eq!(refused.header(RETRY_AFTER.as_str()), Some("1"));

    // Each further failure doubles the wait, up to 15 minutes.
    for wait in [1_u64, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        world.clock.advance(Duration::from_millis(wait * 1_000 - 500));
        sign_in(&world, &right(&world)).await.problem(429, "tooManySignIns");
        world.clock.advance(Duration::from_millis(500));
        assert_eq!(guess(&world, 2).await, [401, 429], "after {wait} s");
    }
    world.clock.advance(Duration::from_mins(15));
    sign_in(&world, &right(&world)).await.json(200);
    // And with that it begins anew.
    assert_eq!(guess(&world, 6).await, [401, 401, 401, 401, 401, 429]);
}

#[tokio::test]
async fn failures_of_yesterday_do_not_count() {
    let world = World::start().await;
    guess(&world, 6).await;
    world.clock.advance(Duration::from_hours(24));
    assert_eq!(guess(&world, 6).await, [401, 401, 401, 401, 401, 429]);
}

#[tokio::test]
async fn a_stranger_who_guesses_at_many_names_is_slowed_at_each_and_locks_no_other_out() {
    let world = World::start().await;
    let guess_at = async |name: &str| {
        sign_in(&world, &json!({ "username": name, "password": "planted" })).await.status
    };
    for name in ["nobody@farm.example", "somebody@farm.example"] {
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(guess_at(name).await);
        }
        assert_eq!(
            statuses,
            [401, 401, 401, 401, 401, 429, 429],
            "whether or not there is such an owner"
        );
    }
    sign_in(&world, &right(&world)).await.json(200);
}

#[tokio::test]
async fn a_sign_ins_outcome_is_logged_and_neither_name_nor_password_is() {
    let world = World::start().await;
    let log = Log::watch();
    guess(&world, 6).await;
    world.clock.advance(Duration::from_secs(1));
    sign_in(&world, &right(&world)).await.json(200);
    let lines: Vec<Value> =
        log.production().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let told: Vec<_> = lines.iter().filter(|line| line["message"] == "sign-in").collect();
    let outcomes: Vec<_> =
        told.iter().map(|line| line["outcome"].as_str().expect("an outcome")).collect();
    assert_eq!(
        outcomes,
        ["refused", "refused", "refused", "refused", "refused", "slowed", "signedIn"]
    );
    let name = told[0]["name"].as_str().expect("a hash");
    assert!(name.len() == 16 && told.iter().all(|line| line["name"] == name), "{told:?}");
    let all = log.production();
    assert!(!all.contains("planted") && !all.contains(world.machine.ready.owner.username), "{all}");
}
