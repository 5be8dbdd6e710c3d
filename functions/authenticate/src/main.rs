//! The Lambda function `authenticate`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&authenticate::FUNCTION).await
}
