//! Text as the templates have it.

use std::fmt::Write as _;

/// The width that lines are wrapped at. Resources are two to the right of what is written here.
const WIDTH: usize = 98;

/// A logical id's part: `leaf-alerts` is `LeafAlerts`.
pub(crate) fn id(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<String>()
        })
        .collect()
}

/// A text with `%name%` replaced.
pub(crate) fn filled(text: &str, with: &[(&str, &str)]) -> String {
    with.iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("%{name}%"), value))
}

/// A comment at this indentation.
pub(crate) fn comment(text: &str, indent: usize) -> String {
    let margin = format!("{:indent$}#", "");
    let mut lines = vec![margin.clone()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{margin} {word}")),
        }
    }
    lines.join("\n") + "\n"
}

/// Every line that is not empty, further to the right.
pub(crate) fn indented(text: &str, by: usize) -> String {
    text.lines().fold(String::new(), |mut all, line| {
        let by = if line.is_empty() { 0 } else { by };
        writeln!(all, "{:by$}{line}", "").expect("a text takes everything");
        all
    })
}

/// A list in a line, or in a line each if it is too long for one that has `taken` letters already.
pub(crate) fn list(entries: &[String], indent: usize, taken: usize) -> String {
    let line = format!("[{}]", entries.join(", "));
    if entries.len() == 1 && taken == 0 {
        return format!(" {}", entries[0]);
    }
    if indent + taken + 1 + line.len() <= WIDTH {
        return format!(" {line}");
    }
    let indent = indent + 2;
    entries.iter().fold(String::new(), |all, entry| format!("{all}\n{:indent$}- {entry}", ""))
}
