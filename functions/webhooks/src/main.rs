//! The Lambda function `webhooks`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&webhooks::FUNCTION).await
}
