use std::io;
use std::net::IpAddr;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use application::ports::downloads::Downloads as _;

/// Whoever has the files: it answers every request with what a function makes of its head, byte by
/// byte as it stands there, and closes the connection, unless the answer ends with `HOLD`.
struct Holder {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

const HOLD: &str = "HOLD";

impl Holder {
    async fn answering(answer: impl Fn(&str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/f", listener.local_addr().expect("an address"));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = heads.clone();
        tokio::spawn(async move {
            let mut open = Vec::new();
            loop {
                let (mut caller, _) = listener.accept().await.expect("a caller");
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(caller.read_u8().await.expect("a request"));
                }
                let head = String::from_utf8(head).expect("a head").to_ascii_lowercase();
                let answer = answer(&head);
                seen.lock().expect("nobody panicked").push(head);
                let bytes = answer.strip_suffix(HOLD).unwrap_or(&answer);
                // Whoever has read enough goes away.
                let _ = caller.write_all(bytes.as_bytes()).await;
                if answer.ends_with(HOLD) {
                    open.push(caller);
                }
            }
        });
        Self { url, heads }
    }

    fn url(&self) -> DownloadUrl {
        self.url.parse().expect("a URL")
    }
}

const LARGEST: u64 = 10;

fn downloads(address_policy: AddressPolicy) -> Downloads {
    Downloads::new(address_policy, LARGEST, Duration::from_millis(200), Arc::new(Private))
        .expect("a client")
}

fn of_this_machine() -> Downloads {
    downloads(AddressPolicy::ThisMachineToo)
}

/// Every name is one of the inside.
#[derive(Debug)]
struct Private;

#[async_trait]
impl LookUp for Private {
    async fn look_up(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Ok(vec!["10.0.0.1".parse().expect("an address")])
    }
}

async fn rest(download: &mut Box<dyn Download>) -> (String, Result<(), DownloadError>) {
    let mut text = String::new();
    loop {
        match download.next().await {
            Ok(Some(bytes)) => text.push_str(std::str::from_utf8(&bytes).expect("a text")),
            Ok(None) => return (text, Ok(())),
            Err(error) => return (text, Err(error)),
        }
    }
}

async fn opened(holder: &Holder, from: Option<&Place>) -> Result<Box<dyn Download>, DownloadError> {
    of_this_machine().open(&holder.url(), from).await
}

fn place(offset: u64) -> Place {
    Place { offset, version: "\"v1\"".parse().expect("a version") }
}

#[tokio::test]
async fn a_file_is_read_with_its_size_and_nothing_of_us_is_sent_along() {
    let holder = Holder::answering(|_| {
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\netag: \"v1\"\r\n\r\n12345".to_owned()
    })
    .await;
    let mut download = opened(&holder, Some(&place(0))).await.expect("a file");
    assert_eq!((download.begins_at(), download.total()), (0, Some(5)));
    assert_eq!(rest(&mut download).await, ("12345".to_owned(), Ok(())));
    assert_eq!(download.place(), Some(place(5)));
    let head = holder.heads.lock().expect("nobody panicked")[0].clone();
    let mut names: Vec<_> = head.lines().filter_map(|line| Some(line.split_once(':')?.0)).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
    assert!(head.contains("accept-encoding: identity\r\n"), "{head}");
}

#[tokio::test]
async fn a_file_that_breaks_off_is_read_on_from_there() {
    let holder = Holder::answering(|head| {
        if head.contains("range: bytes=3-\r\n") && head.contains("if-range: \"v1\"\r\n") {
            "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 3-4/5\r\n\
             content-length: 2\r\netag: \"v1\"\r\n\r\n45"
        } else {
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\netag: \"v1\"\r\n\r\n123"
        }
        .to_owned()
    })
    .await;
    let mut download = opened(&holder, None).await.expect("a file");
    let (text, ended) = rest(&mut download).await;
    assert_eq!((&*text, ended), ("123", Err(DownloadError::Cut { at: 3 })));
    let mut download = opened(&holder, download.place().as_ref()).await.expect("the rest");
    assert_eq!((download.begins_at(), download.total()), (3, Some(5)));
    assert_eq!(rest(&mut download).await, ("45".to_owned(), Ok(())));
    assert_eq!(download.place(), Some(place(5)));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_on_is_read_anew() {
    // One that knows no parts, or has another version; and one that has become shorter.
    for refuses in [false, true] {
        let holder = Holder::answering(move |head| {
            if refuses && head.contains("if-range") {
                "HTTP/1.1 416 Range Not Satisfiable\r\ncontent-length: 0\r\n\r\n"
            } else {
                "HTTP/1.1 200 OK\r\ncontent-length: 5\r\netag: W/\"v2\"\r\n\r\nabcde"
            }
            .to_owned()
        })
        .await;
        let mut download = opened(&holder, Some(&place(3))).await.expect("a file");
        assert_eq!(download.begins_at(), 0);
        assert_eq!(rest(&mut download).await, ("abcde".to_owned(), Ok(())));
        assert_eq!(download.place(), None, "a weak tag does not say that bytes are the same");
    }
}

#[tokio::test]
async fn a_part_that_was_not_asked_for_is_not_taken() {
    for range in
        ["bytes 2-4/5", "bytes 3-3/5", "bytes 3-4/6", "lines 3-4/5", "bytes */5", "bytes 3-"]
    {
        let holder = Holder::answering(move |_| {
            format!(
                "HTTP/1.1 206 Partial Content\r\ncontent-range: {range}\r\n\
                 content-length: 2\r\n\r\n45"
            )
        })
        .await;
        for from in [None, Some(&place(3))] {
            let error = opened(&holder, from).await.err();
            assert!(matches!(error, Some(DownloadError::Unavailable { .. })), "{range}: {error:?}");
        }
    }
    // Fewer bytes than it announces.
    let holder = Holder::answering(|_| {
        "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 3-4/5\r\ncontent-length: 1\r\n\r\n4"
            .to_owned()
    })
    .await;
    let mut download = opened(&holder, Some(&place(3))).await.expect("a part");
    assert_eq!(rest(&mut download).await, ("4".to_owned(), Err(DownloadError::Cut { at: 4 })));
}

#[tokio::test]
async fn a_file_that_stands_still_is_given_up_after_a_while_of_silence() {
    let holder = Holder::answering(|_| {
        format!("HTTP/1.1 200 OK\r\ncontent-length: 5\r\netag: \"v1\"\r\n\r\n123{HOLD}")
    })
    .await;
    let mut download = opened(&holder, None).await.expect("a file");
    assert_eq!(rest(&mut download).await, ("123".to_owned(), Err(DownloadError::Cut { at: 3 })));
    assert_eq!(download.place(), Some(place(3)));
    let silent = Holder::answering(|_| HOLD.to_owned()).await;
    let error = opened(&silent, None).await.err();
    assert_eq!(error, Some(unavailable("it timed out".to_owned())));
}

#[tokio::test]
async fn a_file_that_is_too_large_is_read_no_further_than_its_bound() {
    let announced = Holder::answering(|_| {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n12345", LARGEST + 1)
    })
    .await;
    let too_large = DownloadError::TooLarge { most: LARGEST };
    assert_eq!(opened(&announced, None).await.err(), Some(too_large.clone()));
    let chunked = |length: usize| {
        let chunks = "1\r\n1\r\n".repeat(length);
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
    };
    for (length, ended) in [(10, Ok(())), (11, Err(too_large))] {
        let holder = Holder::answering(move |_| chunked(length)).await;
        let mut download = opened(&holder, None).await.expect("a file");
        assert_eq!(download.total(), None);
        assert_eq!(rest(&mut download).await, ("1".repeat(10), ended));
    }
}

#[tokio::test]
async fn every_answer_without_a_file_says_what_to_do() {
    let expired = |status| DownloadError::Expired { status };
    let busy = |status, retry_after| DownloadError::Busy { status, retry_after };
    let refused = |status| DownloadError::Refused { status };
    for (answer, expected) in [
        ("400 Bad Request", expired(400)),
        ("403 Forbidden", expired(403)),
        ("404 Not Found", expired(404)),
        ("410 Gone", expired(410)),
        ("429 Slow\r\nretry-after: 7", busy(429, Some(7))),
        ("503 Slow Down", busy(503, None)),
        ("500 No", unavailable("it answered 500 Internal Server Error".to_owned())),
        ("302 Found\r\nlocation: http://127.0.0.1:1/", refused(302)),
        ("307 There\r\nlocation: http://169.254.169.254/latest/meta-data/", refused(307)),
        ("204 No Content", refused(204)),
        ("451 No", refused(451)),
    ] {
        let holder =
            Holder::answering(move |_| format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n"))
                .await;
        assert_eq!(opened(&holder, None).await.err(), Some(expected), "{answer}");
        assert_eq!(holder.heads.lock().expect("nobody panicked").len(), 1, "{answer}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_public_is_not_called() {
    let holder =
        Holder::answering(|_| "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let error = downloads(AddressPolicy::Public).open(&holder.url(), None).await.err();
    assert_eq!(error, Some(DownloadError::NotPublic));
    assert!(holder.heads.lock().expect("nobody panicked").is_empty());
    for url in [
        "http://files.example/1.2020",
        "https://files.example/1.2020",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://2130706433/",
        "https://localhost/1.2020",
    ] {
        let url = url.parse().expect("a URL");
        let error = downloads(AddressPolicy::Public).open(&url, None).await.err();
        assert_eq!(error, Some(DownloadError::NotPublic), "{}", url.expose());
    }
}
