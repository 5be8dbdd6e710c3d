//! The Lambda function `magic-link-page`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&magic_link_page::FUNCTION).await
}
