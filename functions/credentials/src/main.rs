//! The Lambda function `credentials`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&credentials::FUNCTION).await
}
