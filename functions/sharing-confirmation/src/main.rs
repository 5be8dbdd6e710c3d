//! The Lambda function `sharing-confirmation`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(
        env!("CARGO_PKG_NAME"),
        sharing_confirmation::routes,
        sharing_confirmation::WARM_UP,
    )
    .await
}
