//! The Lambda function `expire-sessions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::handle(env!("CARGO_PKG_NAME"), expire_sessions::WARM_UP, async |service, event| {
        Ok(expire_sessions::expire(service, event.payload).await)
    })
    .await
}
