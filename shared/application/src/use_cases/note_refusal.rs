//! What is remembered of a partner's login that Panorama refuses.

use crate::ports::Ports;
use crate::ports::store_error::StoreError;
use crate::ports::upstream::LoginRefusal;
use domain::app_key::AppKeyId;

/// Notes in the one row of the app key that its login is refused.
pub(crate) async fn note_refusal(
    ports: &Ports,
    app_key: &AppKeyId,
    refusal: &LoginRefusal,
) -> Result<(), StoreError> {
    let now = ports.clock.now();
    let state = ports.logins.state(app_key).await?;
    // Several may find out at once; that is one refusal.
    if state.is_left_alone(now) {
        return Ok(());
    }
    tracing::warn!(app_key = %app_key, %refusal, "Panorama refuses the partner's login");
    ports.logins.note_refusal(app_key, &state.refuse(refusal.to_string(), now)).await
}
