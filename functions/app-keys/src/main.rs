//! The Lambda function `app-keys`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&app_keys::FUNCTION).await
}
