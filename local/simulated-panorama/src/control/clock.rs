//! The part of the control API that turns the clock: of the simulator, and of whatever else its
//! host has on the same one.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::{Handle, Refusal, bad, read};
use crate::simulator::Simulator;

/// Most seconds that are turned at once: more than the longest link lives.
const MOST_SECONDS: u64 = 400 * 24 * 60 * 60;

pub(super) fn router() -> Router<Arc<Simulator>> {
    Router::new().route("/control/clock", get(show).post(turn))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Turn {
    forward_seconds: u64,
}

async fn show(State(simulator): Handle) -> Result<Json<Value>, Refusal> {
    forward(&simulator, Duration::ZERO)
}

async fn turn(State(simulator): Handle, body: Bytes) -> Result<Json<Value>, Refusal> {
    let Turn { forward_seconds } = read(&body)?;
    if !(1..=MOST_SECONDS).contains(&forward_seconds) {
        return Err(bad("forwardSeconds", "must be between 1 and 34560000"));
    }
    forward(&simulator, Duration::from_secs(forward_seconds))
}

fn forward(simulator: &Simulator, by: Duration) -> Result<Json<Value>, Refusal> {
    let turned = simulator.forward.as_ref().ok_or(Refusal::ClockStands)?;
    let ahead = turned(by);
    let now = simulator.now().format(&Rfc3339).expect("the year has four digits");
    Ok(Json(json!({"now": now, "aheadSeconds": ahead.as_secs()})))
}
