//! The Lambda function `expire-sessions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::handle(env!("CARGO_PKG_NAME"), async |service, event| {
        Ok(expire_sessions::expire(service, event.payload).await)
    })
    .await
}
