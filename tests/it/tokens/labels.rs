//! What is left in the secret by a process that could not finish.

use local::seed::SECRETS_PREFIX;

use crate::aws_calls::{AwsCalls, Call};
use crate::world::World;

fn name(world: &World) -> String {
    format!("{SECRETS_PREFIX}/app-key/STAGE/{}", world.machine.ready.app_name)
}

async fn labels(world: &World) -> Vec<String> {
    let described =
        world.machine.secrets_manager.describe_secret().secret_id(name(world)).send().await;
    let labelled = described.expect("an answer").version_ids_to_stages.unwrap_or_default();
    let mut labels: Vec<_> = labelled.into_values().flatten().collect();
    labels.sort();
    labels
}

async fn renew(world: &World) {
    world.pass(60, 0);
    world.use_token(&*world.another_process().ports.partner_account).await.expect("a good token");
}

#[tokio::test]
async fn a_move_that_fails_time_and_again_does_not_keep_the_next_tokens_out() {
    let calls = AwsCalls::default();
    let world = World::calling_through(&calls).await;
    calls.break_only(&[Call::Of("UpdateSecretVersionStage")]);
    let before = world.secret().await;
    for _ in 0..25 {
        renew(&world).await;
        assert_eq!(world.secret().await, before, "nothing moved");
    }
    calls.mend();
    renew(&world).await;
    assert_ne!(world.secret().await.tokens, before.tokens, "saved");
    assert_eq!(labels(&world).await, ["AWSCURRENT", "AWSPREVIOUS"]);
}

#[tokio::test]
async fn labels_of_versions_before_are_taken_off() {
    let world = World::start().await;
    for count in [1, 18] {
        for n in 0..count {
            let put = world.machine.secrets_manager.put_secret_value().secret_id(name(&world));
            let put = put.version_stages(format!("CANDIDATE-{n}")).secret_string("{}");
            put.send().await.expect("a version");
        }
        let before = world.secret().await;
        renew(&world).await;
        assert_ne!(world.secret().await.tokens, before.tokens, "saved");
        assert_eq!(labels(&world).await, ["AWSCURRENT", "AWSPREVIOUS"]);
    }
}

#[tokio::test]
async fn a_label_that_is_somebody_elses_stays() {
    let world = World::start().await;
    let put = world.machine.secrets_manager.put_secret_value().secret_id(name(&world));
    put.version_stages("AUDITED").secret_string("{}").send().await.expect("a version");
    renew(&world).await;
    assert_eq!(labels(&world).await, ["AUDITED", "AWSCURRENT", "AWSPREVIOUS"]);
}
