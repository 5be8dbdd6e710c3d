//! The targets, by who sends the bytes.

pub(crate) mod answers;
pub(crate) mod browser;
pub(crate) mod gateway;
pub(crate) mod requests;
pub(crate) mod values;

/// The input's lines: a target of several texts has one on each. The last one may have line breaks.
fn lines<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut parts = data.splitn(N, |byte| *byte == b'\n');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
