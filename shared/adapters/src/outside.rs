//! Answers from outside, read within bounds: bytes, time and numbers are somebody else's word.

use std::time::Duration;
use url::Url;

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// The longest `Retry-After` that is waited for, and passed on, in seconds.
pub(crate) const LONGEST_RETRY_AFTER: u64 = 3_600;

/// Why an answer was not read to its end.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It has more bytes than it may have.
    TooLarge,
    /// It broke off, or took too long.
    Broken(reqwest::Error),
}

/// The body of an answer that may have so many bytes. Its time is the client's: a request's
/// time-out covers its answer to the end.
///
/// # Errors
/// See [`Unread`]. A body that announces too many bytes is not begun.
pub(crate) async fn body(
    mut answer: reqwest::Response,
    most_bytes: usize,
) -> Result<Vec<u8>, Unread> {
    let announced = answer.content_length().map_or(Ok(0), usize::try_from);
    let announced =
        announced.ok().filter(|announced| *announced <= most_bytes).ok_or(Unread::TooLarge)?;
    // What is announced is not yet there: memory is taken as bytes come.
    let mut body = Vec::with_capacity(announced.min(64 * 1024));
    while let Some(chunk) = answer.chunk().await.map_err(Unread::Broken)? {
        if body.len() + chunk.len() > most_bytes {
            return Err(Unread::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Whether a JSON text can have more values than this: read, one takes up to a hundred times its
/// bytes, so they are counted before. Those that stand in texts count as well.
pub(crate) fn may_have_more_values(json: &[u8], most: usize) -> bool {
    json.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() >= most
}

/// The seconds of a `Retry-After`, up to [`LONGEST_RETRY_AFTER`]. A date (RFC 9110, 10.2.3) is
/// none: it is by a clock that is not ours.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Of digits alone, only a number that is too long is none.
    is_number.then(|| text.parse().unwrap_or(u64::MAX).min(LONGEST_RETRY_AFTER))
}

/// A lifetime in seconds as somebody gave it, within bounds; `None` when it is no number.
pub(crate) fn lifetime(
    seconds: &serde_json::Value,
    shortest: Duration,
    longest: Duration,
) -> Option<Duration> {
    let seconds = seconds
        .as_f64()
        .or_else(|| seconds.as_str()?.trim().parse().ok())
        .filter(|seconds| !seconds.is_nan())?;
    Some(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(longest).clamp(shortest, longest))
}

/// `base` and more segments of a path, each escaped.
pub(crate) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// How a request failed, without its URL: that has the organization code in it.
pub(crate) fn transport_failure(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "it timed out".to_owned()
    } else if error.is_connect() {
        "it could not be reached".to_owned()
    } else {
        "the connection broke".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tokio::net::{TcpListener, TcpStream};

    /// An answer without a length whose body is this, again and again until nobody reads.
    async fn endless(chunk: &'static [u8]) -> reqwest::Response {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let (caller, _) = listener.accept().await.expect("a caller");
            // An answer before the question would be none.
            while caller.try_read(&mut [0; 4_096]).is_err() {
                caller.readable().await.expect("a request");
            }
            let mut head: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
            while send(&caller, head).await.is_ok() {
                head = chunk;
            }
        });
        let client =
            reqwest::Client::builder().timeout(Duration::from_mins(1)).build().expect("a client");
        client.get(format!("http://{address}")).send().await.expect("an answer")
    }

    async fn send(caller: &TcpStream, mut bytes: &[u8]) -> std::io::Result<()> {
        while !bytes.is_empty() {
            caller.writable().await?;
            match caller.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_body_that_does_not_end_is_read_no_further_than_its_bound() {
        let read = body(endless(&[b' '; 4_096]).await, 1_000_000).await;
        assert!(matches!(read, Err(Unread::TooLarge)));
    }

    #[test]
    fn values_are_counted_before_they_are_read() {
        for (json, values) in
            [("7", 1), ("[7]", 2), ("[[],{}]", 5), (r#"{"a":[1,2],"b":"x"}"#, 6), ("", 1)]
        {
            assert!(!may_have_more_values(json.as_bytes(), values), "{json}");
        }
        for (json, most) in [("[7]", 1), ("[1,2,3]", 3), (r#"{"a":[{},{}]}"#, 3)] {
            assert!(may_have_more_values(json.as_bytes(), most), "{json}");
        }
    }

    #[test]
    fn a_retry_after_is_seconds_and_an_hour_at_most() {
        for (text, expected) in [
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("0", Some(0)),
            ("86400", Some(3_600)),
            ("99999999999999999999999999", Some(3_600)),
            ("Sun, 22 Nov 2026 12:00:09 GMT", None),
            ("Fri, 31 Dec 9999 23:59:59 -2359", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().expect("a value"));
            assert_eq!(retry_after(&headers), expected, "{text:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn a_lifetime_is_within_its_bounds() {
        let (shortest, longest) = (Duration::from_mins(5), Duration::from_hours(24));
        let seconds =
            |value| lifetime(&value, shortest, longest).map(|lifetime| lifetime.as_secs());
        assert_eq!(seconds(json!(3600)), Some(3_600));
        assert_eq!(seconds(json!("3600")), Some(3_600));
        for none in [json!(0), json!(-1), json!(-1e300), json!(1)] {
            assert_eq!(seconds(none), Some(300));
        }
        for much in [json!(u64::MAX), json!(1e300), json!(9_223_372_036_854_775_807_i64)] {
            assert_eq!(seconds(much), Some(86_400));
        }
        for no_number in [json!(null), json!("soon"), json!({}), json!("NaN")] {
            assert_eq!(seconds(no_number), None);
        }
    }
}
