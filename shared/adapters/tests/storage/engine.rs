//! A table on the engine that is asked for.

use std::net::Ipv4Addr;

use adapters::dynamodb::catalogue::{CatalogueTable, schema as catalogue_schema};
use adapters::dynamodb::{Table, schema};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use uuid::Uuid;

/// Held by the one test that uses an engine of others.
static ITS_TURN: Mutex<()> = Mutex::const_new(());

/// The tables, and a client for what the ports do not show.
pub(crate) struct Store {
    pub(crate) table: Table,
    pub(crate) catalogue: CatalogueTable,
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) catalogue_name: String,
}

/// Runs a test over an empty table.
pub(crate) async fn with_store(test: impl AsyncFnOnce(&Store)) {
    if let Ok(endpoint) = std::env::var("DYNAMODB_ENDPOINT") {
        let _turn = ITS_TURN.lock().await;
        return over(&endpoint, test).await;
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let database = Database::memory().expect("an engine");
    let engine = dynoxide::server::serve_with_shutdown(listener, database, std::future::pending());
    let task = tokio::spawn(async { engine.await.expect("the engine serves") });
    over(&endpoint, test).await;
    task.abort();
}

async fn over(endpoint: &str, test: impl AsyncFnOnce(&Store)) {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-2"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint);
    let client = Client::from_conf(config.build());
    let name = format!("storage-{}", Uuid::new_v4());
    schema::create(&client, &name).await.expect("a table");
    schema::create(&client, &name).await.expect("the table is there already");
    let catalogue = format!("catalogue-{}", Uuid::new_v4());
    let definition = catalogue_schema::DEFINITION;
    schema::create_as(&client, &catalogue, &definition).await.expect("a table");
    let store = Store {
        table: Table::new(client.clone(), &name).beside(&catalogue),
        catalogue: CatalogueTable::new(client.clone(), &catalogue, &name),
        client,
        name,
        catalogue_name: catalogue,
    };
    test(&store).await;
    for table in [&store.name, &store.catalogue_name] {
        store.client.delete_table().table_name(table).send().await.expect("the table goes");
    }
}
