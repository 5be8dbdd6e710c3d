//! The Lambda function `finish-confirmations`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::handle(env!("CARGO_PKG_NAME"), finish_confirmations::WARM_UP, async |service, event| {
        Ok(finish_confirmations::finish(service, event.payload).await)
    })
    .await
}
