//! The Lambda function `fields`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&fields::FUNCTION).await
}
