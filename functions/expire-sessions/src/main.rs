//! The Lambda function `expire-sessions`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::work(&expire_sessions::FUNCTION).await
}
