//! Regions of a file: the lines between two others.

use crate::text::indented;

/// A part of a file that is written here.
#[derive(Debug)]
pub(crate) struct Region {
    /// What the line before it has in it.
    first: String,
    /// The line after it.
    last: String,
    lines: String,
}

/// A region is not where it should be.
#[derive(Debug, thiserror::Error)]
pub enum RegionError {
    /// It does not begin.
    #[error("no line has {0:?} in it")]
    NoBegin(String),
    /// It does not end.
    #[error("no line after {0:?} is {1:?}")]
    NoEnd(String, String),
}

impl Region {
    /// One between comments, which is indented like the first of them.
    pub(crate) fn between_comments(name: &str, lines: String) -> Self {
        Self {
            first: format!(
                "# >>> {name}: written by `cargo run -p deployment -- --update`; do not edit"
            ),
            last: format!("# <<< {name}"),
            lines,
        }
    }

    /// A graph's rows on the dashboard. Its body is JSON, which has no comments, so they are what
    /// stands between the graph's title and its end.
    pub(crate) fn of_graph(title: &str, rows: &[String]) -> Self {
        Self {
            first: format!("\"title\": \"{title}\""),
            last: "]}},".to_owned(),
            lines: format!(" \"metrics\": [\n  {}\n", rows.join(",\n  ")),
        }
    }
}

/// The text with a region written anew.
pub(crate) fn replaced(text: &str, region: &Region) -> Result<String, RegionError> {
    let Region { first, last, lines } = region;
    let no_begin = || RegionError::NoBegin(first.clone());
    let (before, rest) =
        split_at_line(text, |line| line.contains(&**first)).ok_or_else(no_begin)?;
    let (begin, rest) = rest.split_once('\n').ok_or_else(no_begin)?;
    let (_, after) = split_at_line(rest, |line| line == last)
        .ok_or_else(|| RegionError::NoEnd(first.clone(), last.clone()))?;
    let indent = begin.len() - begin.trim_start().len();
    let lines = indented(lines, indent);
    Ok(format!("{before}{begin}\n{lines}{after}"))
}

/// The text before the first such line, and from it on.
fn split_at_line(text: &str, is_it: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_it(line.trim()) {
            return Some(text.split_at(at));
        }
        at += line.len();
    }
    None
}
