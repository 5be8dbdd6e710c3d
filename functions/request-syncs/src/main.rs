//! The Lambda function `request-syncs`.

use std::time::Duration;

use domain::timestamp::Timestamp;
use lambda::LambdaEvent;
use serde_json::Value;
use time::OffsetDateTime;

/// What is left of the function's time when no new page is begun.
const RESERVE: Duration = Duration::from_mins(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::handle(&request_syncs::FUNCTION, async |service, event: LambdaEvent<Value>| {
        let seconds = i64::try_from(event.context.deadline / 1_000)?;
        let deadline = Timestamp::new(OffsetDateTime::from_unix_timestamp(seconds)?).minus(RESERVE);
        Ok(request_syncs::request(service, deadline).await?)
    })
    .await
}
