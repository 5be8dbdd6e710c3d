//! The Lambda function `magic-links`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&magic_links::FUNCTION).await
}
