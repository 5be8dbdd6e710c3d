//! The Lambda function `check-connections`.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use shared::domain::timestamp::Timestamp;
use shared::service::Service;
use time::OffsetDateTime;

/// What is left of the function's time when no new page is begun. A page is some 3,000 credentials; should all of them have changed, as when
/// a partner's application is replaced, that is as many transactions, one after the other.
const RESERVE: Duration = Duration::from_mins(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    shared::logging::init();
    let service = Service::from_env(check_connections::WARM_UP).await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let seconds = i64::try_from(event.context.deadline / 1_000)?;
        let deadline = Timestamp::new(OffsetDateTime::from_unix_timestamp(seconds)?).minus(RESERVE);
        Ok::<_, Error>(check_connections::check(&service, deadline).await?)
    }))
    .await
}
