//! The scheduled check: do all operations that we believe to be shared still share?

use crate::metrics::Metric;
use crate::ports::failure::Failure;
use crate::ports::records::{Check, Counts, Records};
use domain::app_key::AppKey;
use domain::timestamp::Timestamp;

/// Checks an app key's credentials, until all are compared or the time is `deadline`.
///
/// # Errors
/// See [`Failure`]; what was compared before is written.
pub async fn check_connections(
    records: &dyn Records,
    app_key: &AppKey,
    deadline: Timestamp,
) -> Result<Check, Failure> {
    let check = records.check(app_key, deadline).await?;
    if matches!(check, Check::Unavailable | Check::OutOfTime(Counts { compared: 0, .. })) {
        Metric::ChecksWithoutComparison.record(app_key.id.environment);
    }
    Ok(check)
}
