//! The Lambda function `resources`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&resources::FUNCTION).await
}
