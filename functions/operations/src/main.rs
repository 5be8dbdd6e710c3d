//! The Lambda function `operations`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&operations::FUNCTION).await
}
