use aws_sdk_secretsmanager::primitives::Blob;

use crate::peer::{Peer, create, fresh_name, refused};

#[tokio::test]
async fn a_name_has_letters_digits_and_a_few_signs() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    create(client, &format!("{}/_+=.@-Name0", fresh_name()), "x").await;

    for name in ["with space", "star*", "colon:", "ünicode", "", &"x".repeat(513)] {
        assert_eq!(
            refused(client.create_secret().name(name).send().await),
            "ValidationException",
            "{name}"
        );
        assert_eq!(
            refused(client.describe_secret().secret_id(format!("{name}?")).send().await),
            "ValidationException"
        );
    }
}

#[tokio::test]
async fn a_value_has_up_to_65536_bytes() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    create(client, &name, "first").await;
    let text = |text: String| client.put_secret_value().secret_id(&name).secret_string(text).send();
    let binary = |length| {
        client.put_secret_value().secret_id(&name).secret_binary(Blob::new(vec![7; length])).send()
    };

    text("\u{1}".repeat(65_536)).await.unwrap();
    binary(65_536).await.unwrap();

    assert_eq!(refused(text("x".repeat(65_537)).await), "ValidationException");
    assert_eq!(refused(text(String::new()).await), "ValidationException");
    assert_eq!(refused(binary(65_537).await), "ValidationException");
    let kept = client.get_secret_value().secret_id(&name).send().await.unwrap();
    assert_eq!(kept.secret_binary().unwrap().as_ref().len(), 65_536);
}

#[tokio::test]
async fn a_token_has_32_to_64_characters() {
    let Some(Peer { client, .. }) = &Peer::start_unless_moto().await else { return };
    let name = fresh_name();
    create(client, &name, "first").await;
    let store = |length| {
        let token = "t".repeat(length);
        client
            .put_secret_value()
            .secret_id(&name)
            .client_request_token(token)
            .secret_string("x")
            .send()
    };

    for length in [32, 64] {
        store(length).await.unwrap();
    }
    for length in [31, 65] {
        assert_eq!(refused(store(length).await), "ValidationException");
    }
}
