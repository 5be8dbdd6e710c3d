//! What the service does by itself about connections.

use serde_json::json;

use super::{Case, Story, no_user, usual};
use crate::world::{FARM, World};

pub(super) fn stories() -> Vec<Story> {
    vec![expire()]
}

/// What a queue is told.
const COMES_AGAIN: &[&str] = &["comes again"];

fn expire() -> Story {
    Story {
        title: "A session ends whose farmer did not come",
        answer: "done",
        refusals: COMES_AGAIN,
        again: &[],
        stays: true,
        options: usual,
        tidy: no_user,
        prepare: |world| {
            Box::pin(async {
                let user = world.create_user("maria").await;
                let session = world.start_session(&user, Some(FARM)).await.session_id;
                world.pass(15, 0);
                Case::with(user, session)
            })
        },
        act: |process, _, case| {
            Box::pin(async {
                let message = json!({ "leafUserId": case.user, "sessionId": case.more });
                process.work("expire-sessions", &message).await
            })
        },
        state: |world, case| Box::pin(session_state(world, case)),
    }
}

/// What is stored of it.
async fn session_state(world: &World, case: &Case) -> String {
    let user = case.user.parse().expect("an id");
    let sessions = world.machine.service.ports.connections.sessions_of(&[user]).await;
    let state = format!("{:?}", sessions.expect("read")[0].state);
    state.split([' ', '{', '(']).next().expect("a word").to_owned()
}
