//! A conversion that meets a deletion: nothing is converted of what is to go, and nothing stays of
//! what a converter writes meanwhile.

use std::sync::{Arc, Mutex};

use application::ports::converter::{Answer, Converter, ConverterError, ToConvert};
use application::use_cases::convert_file::{Converted, convert_file};
use application::use_cases::resume_handshake::Remaining;
use application::use_cases::store_stream::Try;
use async_trait::async_trait;
use local::environment::FILES_BUCKET;
use local::function_scope;
use reqwest::Method;
use serde_json::json;
use simulated_converter::Behaviour;
use tokio::sync::oneshot;

use super::convert::with_converter;
use super::text;
use crate::doomed;
use crate::world::{MANAGEMENT, World};

#[tokio::test]
async fn of_a_deleted_leaf_user_nothing_is_converted_and_nothing_stays() {
    let (world, script) = with_converter().await;
    let (user, file) = world.with_a_file(&script, &[Behaviour::Throttled]).await;
    let asked = script.events().len();
    world.ask(Method::DELETE, &format!("{MANAGEMENT}/users/{user}")).await.no_content();
    // What a converter wrote that came to its end late.
    let id = text(&file["id"]);
    let key = format!("converted/{user}/{id}/1/summary.json");
    let late = doomed::s3_client(&world).put_object().bucket(FILES_BUCKET).key(&key);
    late.body(b"{}".to_vec().into()).send().await.expect("written");
    let message = json!({ "leafUserId": user, "fileId": id });
    assert_eq!(world.convert(&message, 2).await, 0);
    assert_eq!(script.events().len(), asked, "the converter is not asked");
    assert_eq!(world.outputs(&format!("{user}/{id}/")).await, [""; 0]);
}

/// A deletion of the data alone: the Leaf user stays, and so do the rows for a moment.
async fn delete_data(world: &World, user: &str) {
    let path = format!("{MANAGEMENT}/users/{user}/panorama-credentials?deleteData=true");
    world.ask(Method::DELETE, &path).await.no_content();
}

#[tokio::test]
async fn what_is_to_be_deleted_is_not_converted_any_more() {
    let (world, script) = with_converter().await;
    let (user, file) = world.with_a_file(&script, &[Behaviour::Throttled]).await;
    let asked = script.events().len();
    delete_data(&world, &user).await;
    let message = json!({ "leafUserId": user, "fileId": file["id"] });
    assert_eq!(world.convert(&message, 2).await, 0);
    assert_eq!(script.events().len(), asked, "the converter is not asked");
}

/// A converter that is asked, and goes on when the test says so.
struct Paused {
    converter: Arc<dyn Converter>,
    asked: Mutex<Option<(oneshot::Sender<()>, oneshot::Receiver<()>)>>,
}

#[async_trait]
impl Converter for Paused {
    fn is_configured(&self) -> bool {
        self.converter.is_configured()
    }

    async fn convert(&self, wanted: &ToConvert) -> Result<Answer, ConverterError> {
        let asked = self.asked.lock().expect("nobody panicked").take();
        let (is_asked, goes_on) = asked.expect("it is asked once");
        is_asked.send(()).expect("the test waits");
        goes_on.await.expect("the test goes on");
        self.converter.convert(wanted).await
    }
}

#[tokio::test]
async fn what_was_converted_while_its_deletion_began_is_not_registered_and_does_not_stay() {
    let (world, script) = with_converter().await;
    let (user, file) = world.with_a_file(&script, &[Behaviour::Throttled]).await;
    let (is_asked, asked) = oneshot::channel();
    let (go_on, goes_on) = oneshot::channel();
    let mut ports = world.machine.service.ports.clone();
    let paused = Mutex::new(Some((is_asked, goes_on)));
    ports.converter = Arc::new(Paused { converter: ports.converter, asked: paused });
    let (user_id, id) = (user.parse().expect("an id"), text(&file["id"]));
    let file_id = id.parse().expect("an id");
    let converting = convert_file(&ports, user_id, file_id, Converted::Stays, Try::OneOfMany);
    let deleting = async {
        asked.await.expect("it is asked");
        delete_data(&world, &user).await;
        go_on.send(()).expect("it waits");
    };
    let converting = function_scope::as_function("convert-file", Box::pin(converting));
    let (converted, ()) = tokio::join!(converting, deleting);
    assert_eq!(converted.expect("done"), Remaining::Nothing);
    assert_eq!(world.outputs(&format!("{user}/{id}/")).await, [""; 0]);
    let rows = world.machine.service.ports.catalogue.files_of(user_id, &[file_id]).await;
    let rows = rows.expect("read");
    assert!(rows[0].copy.conversion.is_none(), "the row is deleted later, and says nothing new");
}
