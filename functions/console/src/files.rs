//! The console's files, as they are in `page/`: nothing builds them.

use std::borrow::Cow;

use shared::settings::Settings;
use web::pages::frame::COLORS;

const CSS: &str = "text/css; charset=utf-8";

/// A file that a browser asks for.
pub struct File {
    /// Its `Content-Type`.
    pub media_type: &'static str,
    /// What is in it.
    pub content: Cow<'static, str>,
}

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        /// Every file but the page itself, by its name.
        pub const FILES: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../page/", $name)))),*
        ];
    };
}

embedded!(
    "api.js",
    "app_keys.js",
    "connection.js",
    "connections.js",
    "console.css",
    "copying.js",
    "elements.js",
    "emblem.svg",
    "links.js",
    "main.js",
    "making_links.js",
    "making_users.js",
    "moments.js",
    "people.js",
    "sign_in.js",
    "simulator.js",
    "states.js",
    "timeline.js",
    "walk_through.js",
    "webhooks.js",
);

/// The page. Its files are named from the root of the origin, so that it is the same with a slash
/// at the end of its own address; `{base}` is where the API begins there.
const PAGE: &str = include_str!("../page/index.html");

/// The page of a service.
pub fn page(settings: &Settings) -> File {
    let base = settings.public_base_url.path().trim_end_matches('/');
    let preloaded = FILES.iter().filter(|(name, _)| is_module(name));
    let preloaded = preloaded.fold(String::new(), |links, (name, _)| {
        links + &format!("<link rel=\"modulepreload\" href=\"{base}/console/{name}\">\n")
    });
    let page = PAGE.replace("{modules}", &preloaded).replace("{base}", base);
    File { media_type: "text/html; charset=utf-8", content: page.into() }
}

impl File {
    /// The file of a name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        let (name, content) = FILES.iter().find(|(known, _)| *known == name)?;
        let media_type = match name.rsplit('.').next() {
            Some("css") => CSS,
            Some("svg") => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        let content = match media_type {
            CSS => format!("{COLORS}{content}").into(),
            _ => Cow::Borrowed(*content),
        };
        Some(Self { media_type, content })
    }
}

fn is_module(name: &str) -> bool {
    name.rsplit('.').next() == Some("js")
}
