//! What a farmer goes through, and what is told of the connection.

use reqwest::Method;

use super::api::status;
use super::{Case, LATER, Story, no_user, usual};
use crate::faults::process::Process;
use crate::world::{FARM, MANAGEMENT, World};

pub(super) fn stories() -> Vec<Story> {
    vec![start()]
}

fn start() -> Story {
    Story {
        title: "A start, with the name of an app key and a code",
        answer: "200",
        refusals: LATER,
        again: &[],
        stays: true,
        options: usual,
        tidy: no_user,
        prepare: |world| Box::pin(async { Case::of(world.create_user("maria").await) }),
        act: |process, world, case| Box::pin(post_start(process, world, case)),
        state: status,
    }
}

async fn post_start(process: &Process, world: &World, case: &Case) -> String {
    let path = format!("{MANAGEMENT}/users/{}/one-click-integration/Panorama", case.user);
    let body = world.start_body("STAGE", Some(FARM));
    process.answer(world.owner(Method::POST, &path).json(&body)).await
}
