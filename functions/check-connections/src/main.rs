//! The Lambda function `check-connections`.

use std::time::Duration;

use domain::timestamp::Timestamp;
use lambda::LambdaEvent;
use serde_json::Value;
use time::OffsetDateTime;

/// What is left of the function's time when no new page is begun. A page is some 3,000 credentials;
/// should all of them have changed, as when a partner's application is replaced, that is as many
/// transactions, one after the other.
const RESERVE: Duration = Duration::from_mins(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::handle(&check_connections::FUNCTION, async |service, event: LambdaEvent<Value>| {
        let seconds = i64::try_from(event.context.deadline / 1_000)?;
        let deadline = Timestamp::new(OffsetDateTime::from_unix_timestamp(seconds)?).minus(RESERVE);
        Ok(check_connections::check(service, deadline).await?)
    })
    .await
}
