//! The Lambda function `sharing-confirmation`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&sharing_confirmation::FUNCTION).await
}
