//! What the partner's engineer asks for.

use reqwest::Method;
use serde_json::json;

use super::{Case, LATER, Story, no_user, usual};
use crate::world::{MANAGEMENT, World};

pub(super) fn stories() -> Vec<Story> {
    vec![sign_in(), create_user(), change_user()]
}

fn sign_in() -> Story {
    Story {
        title: "Signing in",
        answer: "200",
        refusals: LATER,
        again: &[],
        stays: true,
        options: usual,
        tidy: no_user,
        prepare: |_| Box::pin(async { Case::default() }),
        act: |process, world, _| {
            Box::pin(async {
                let owner = world.machine.ready.owner;
                let body = json!({ "username": owner.username, "password": owner.password });
                let request = world.http.post(world.api("/api/authenticate"));
                process.answer(request.json(&body)).await
            })
        },
        state: |_, _| Box::pin(async { String::new() }),
    }
}

fn create_user() -> Story {
    Story {
        title: "A Leaf user is created",
        answer: "201",
        refusals: LATER,
        again: &[],
        stays: true,
        options: usual,
        tidy: no_user,
        prepare: |_| Box::pin(async { Case::default() }),
        act: |process, world, _| {
            Box::pin(async {
                let body = json!({ "name": "Maria", "email": "maria@farm.example" });
                let path = format!("{MANAGEMENT}/users");
                process.answer(world.owner(Method::POST, &path).json(&body)).await
            })
        },
        state: |_, _| Box::pin(async { String::new() }),
    }
}

fn change_user() -> Story {
    Story {
        title: "A Leaf user is changed",
        answer: "200",
        refusals: LATER,
        again: &[],
        stays: true,
        options: usual,
        tidy: no_user,
        prepare: |world| Box::pin(async { Case::of(world.create_user("maria").await) }),
        act: |process, world, case| {
            Box::pin(async {
                let path = format!("{MANAGEMENT}/users/{}", case.user);
                let body = json!({ "phone": "7" });
                process.answer(world.owner(Method::PATCH, &path).json(&body)).await
            })
        },
        state: |world, case| {
            Box::pin(async {
                let path = format!("{MANAGEMENT}/users/{}", case.user);
                let (_, user) = world.json(world.owner(Method::GET, &path)).await;
                format!("phone {}", user["phone"].as_str().unwrap_or("none"))
            })
        },
    }
}

/// What the connection's status is.
pub(super) fn status<'a>(world: &'a World, case: &'a Case) -> super::Boxed<'a, String> {
    Box::pin(world.status(&case.user))
}
