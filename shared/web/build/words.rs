//! What the files of words must have, and what becomes of them: `Language`, and `Words`, which has
//! a field for each text.
//!
//! Of Fluent a page needs names put into texts and texts put into others. What else there is
//! (numbers, choices, functions) is refused by name until a page has a use for it.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

/// The language that the others are translated from.
const SOURCE: &str = "en";

/// What a message with attributes must have, and may have: it is a page, and its value the
/// headline.
const MUST: [&str; 2] = ["happened", "step-1"];
const MAY: [&str; 5] = ["step-2", "step-3", "stopped", "button", "aside"];

/// A piece of a text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// What is said.
    Said(String),
    /// The name of what is put here: `partner`.
    Put(String),
    /// The text that is put here.
    Text(String),
}

type Text = Vec<Part>;

/// A message's texts: its own under the empty name, and its attributes'.
type Message = BTreeMap<String, Text>;

/// A language's file, read.
struct File {
    messages: BTreeMap<String, Message>,
    /// Those that are put into others, and are no texts of their own.
    parts: BTreeSet<String>,
}

/// Turns `(tag, Fluent)` of each language into Rust, or says what is wrong, for a translator.
pub(crate) fn compile(files: &[(String, String)]) -> Result<String, String> {
    let read = |(tag, fluent): &(String, String)| {
        let file = File::read(fluent).map_err(|fault| format!("words/{tag}.ftl: {fault}"))?;
        Ok((tag.clone(), file))
    };
    let files = files.iter().map(read).collect::<Result<BTreeMap<_, _>, String>>()?;
    let source = files.get(SOURCE).ok_or_else(|| format!("there is no words/{SOURCE}.ftl"))?;
    for (tag, file) in &files {
        file.agrees_with(source).map_err(|fault| format!("words/{tag}.ftl: {fault}"))?;
    }
    Ok(rust(&files, source))
}

impl File {
    fn read(fluent: &str) -> Result<Self, String> {
        let resource = parser::parse(fluent).map_err(|(_, errors)| {
            let error = errors.first().expect("what is not read has an error");
            let line = fluent[..error.pos.start].matches('\n').count() + 1;
            format!("line {line}: {error}")
        })?;
        let mut messages = BTreeMap::new();
        for entry in &resource.body {
            let message = match entry {
                Entry::Message(message) => message,
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
                Entry::Term(term) => {
                    return Err(format!("`-{}` is a term; write a message", term.id.name));
                }
                Entry::Junk { content } => return Err(format!("this is no text: {content}")),
            };
            let name = message.id.name;
            let mut texts = Message::new();
            let value = message.value.as_ref().ok_or_else(|| format!("`{name}` says nothing"))?;
            texts.insert(String::new(), text(name, value)?);
            for attribute in &message.attributes {
                let (key, whole) = (attribute.id.name, full(name, attribute.id.name));
                if !MUST.contains(&key) && !MAY.contains(&key) {
                    return Err(format!("`{whole}` is no part of a page: {MUST:?}, {MAY:?}"));
                }
                if texts.insert(key.to_owned(), text(&whole, &attribute.value)?).is_some() {
                    return Err(format!("`{whole}` is there twice"));
                }
            }
            let missing = MUST.iter().find(|key| texts.len() > 1 && !texts.contains_key(**key));
            if let Some(key) = missing {
                return Err(format!("`{}` is missing", full(name, key)));
            }
            if messages.insert(name.to_owned(), texts).is_some() {
                return Err(format!("`{name}` is there twice"));
            }
        }
        Self { messages, parts: BTreeSet::new() }.put_in()
    }

    /// Puts the texts into each other.
    fn put_in(mut self) -> Result<Self, String> {
        let said = self.messages.clone();
        for (name, texts) in &mut self.messages {
            for (key, text) in texts {
                let mut whole = Text::new();
                for part in text.drain(..) {
                    let Part::Text(other) = part else {
                        whole.push(part);
                        continue;
                    };
                    let place = full(name, key);
                    let others = said
                        .get(&other)
                        .ok_or_else(|| format!("`{place}` wants `{other}`, which is missing"))?;
                    let other_text = &others[""];
                    if others.len() > 1
                        || other_text.iter().any(|part| matches!(part, Part::Text(_)))
                    {
                        return Err(format!(
                            "`{place}` wants `{other}`, which is more than a part"
                        ));
                    }
                    whole.extend(other_text.iter().cloned());
                    self.parts.insert(other);
                }
                *text = joined(whole);
            }
        }
        Ok(self)
    }

    /// Whether there is every text of the source and no other, with the same names put into each.
    fn agrees_with(&self, source: &Self) -> Result<(), String> {
        let (ours, theirs) = (self.texts(), source.texts());
        if let Some(place) = theirs.keys().find(|place| !ours.contains_key(*place)) {
            return Err(format!("`{place}` is missing; words/{SOURCE}.ftl has it"));
        }
        for (place, text) in &ours {
            let Some(original) = theirs.get(place) else {
                return Err(format!("words/{SOURCE}.ftl does not have `{place}`"));
            };
            let (has, wants) = (put(text), put(original));
            if has != wants {
                return Err(format!(
                    "`{place}` has {has:?} in braces; words/{SOURCE}.ftl has {wants:?}"
                ));
            }
        }
        Ok(())
    }

    fn texts(&self) -> BTreeMap<String, &Text> {
        let texts = self
            .messages
            .iter()
            .flat_map(|(name, texts)| texts.iter().map(move |(key, text)| (full(name, key), text)));
        texts.collect()
    }
}

/// What a text says, over however many lines.
fn text(place: &str, pattern: &Pattern<&str>) -> Result<Text, String> {
    let parts = pattern.elements.iter().map(|element| match element {
        PatternElement::TextElement { value } => Ok(Part::Said(value.replace('\n', " "))),
        PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
            InlineExpression::VariableReference { id } => Ok(Part::Put(id.name.to_owned())),
            InlineExpression::MessageReference { id, attribute: None } => {
                Ok(Part::Text(id.name.to_owned()))
            }
            _ => Err(inline),
        }
        .map_err(|_| format!("`{place}` has more in braces than a name")),
        PatternElement::Placeable { .. } => Err(format!("`{place}` has a choice in braces")),
    });
    parts.collect()
}

/// A text with as few parts as can be: the parser makes one of each line.
fn joined(text: Text) -> Text {
    text.into_iter().fold(Text::new(), |mut joined, part| {
        match (joined.last_mut(), part) {
            (Some(Part::Said(words)), Part::Said(more)) => words.push_str(&more),
            (_, part) => joined.push(part),
        }
        joined
    })
}

/// The names that are put into a text.
fn put(text: &Text) -> BTreeSet<&str> {
    let names = text.iter().filter_map(|part| match part {
        Part::Put(name) => Some(name.as_str()),
        _ => None,
    });
    names.collect()
}

/// A text's name: `connected`, `connected.happened`.
fn full(message: &str, attribute: &str) -> String {
    if attribute.is_empty() { message.to_owned() } else { format!("{message}.{attribute}") }
}

/// `pt-BR`: `PtBr`; `manage-operation`: `ManageOperation`.
fn camel(kebab: &str) -> String {
    let words = kebab.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{}", first.to_uppercase(), rest.to_lowercase())
    });
    words.collect()
}

/// `link-used`: `link_used`.
fn field(message: &str) -> String {
    message.replace('-', "_")
}

/// `pt-BR`: `PT_BR`.
fn table(tag: &str) -> String {
    field(tag).to_uppercase()
}

/// The source first, then the others by their tags.
fn rust(files: &BTreeMap<String, File>, source: &File) -> String {
    let tags =
        [SOURCE].into_iter().chain(files.keys().map(|tag| &**tag).filter(|tag| *tag != SOURCE));
    let tags: Vec<&str> = tags.collect();
    let each = |line: &dyn Fn(&str) -> String| tags.iter().map(|tag| line(tag)).collect::<String>();
    let variants = each(&|tag| format!("/// `{tag}`\n{},\n", camel(tag)));
    let all = each(&|tag| format!("Self::{}, ", camel(tag)));
    let names = each(&|tag| format!("Self::{} => {tag:?},\n", camel(tag)));
    let words = each(&|tag| format!("Self::{} => &{},\n", camel(tag), table(tag)));
    let tables = each(&|tag| {
        let values = own(&files[tag], source)
            .map(|(name, texts)| format!("{}: {},\n", field(name), value(texts)));
        let values: String = values.collect();
        format!("static {}: Words = Words {{\n{values}}};\n", table(tag))
    });
    let fields = own(source, source).map(|(name, texts)| {
        let kind = if texts.len() > 1 { "PageWords" } else { "Text" };
        format!("pub(crate) {}: {kind},\n", field(name))
    });
    let fields: String = fields.collect();
    let every = own(source, source).flat_map(|(name, texts)| {
        let field = field(name);
        texts.keys().map(move |key| {
            let read = match key.strip_prefix("step-") {
                Some(number) => {
                    let place = ["1", "2", "3"].iter().position(|step| *step == number);
                    format!("{field}.steps[{}]", place.expect("a step has a number"))
                }
                None if texts.len() == 1 => field.clone(),
                None if key.is_empty() => format!("{field}.headline"),
                None if MUST.contains(&&**key) => format!("{field}.{key}"),
                None => format!("{field}.{key}.expect({key:?})"),
            };
            format!("({:?}, self.{read}),\n", full(name, key))
        })
    });
    let every: String = every.collect();
    format!(
        "/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {{
{variants}}}

impl Language {{
    /// Every language; the first is for whoever wants none of them.
    pub const ALL: [Self; {count}] = [{all}];

    /// Its tag (RFC 5646).
    pub const fn tag(self) -> &'static str {{
        match self {{
{names}        }}
    }}

    /// What the pages say in it.
    pub(crate) fn words(self) -> &'static Words {{
        match self {{
{words}        }}
    }}
}}

/// Every text of a language, named as in its file.
pub(crate) struct Words {{
{fields}}}

#[cfg(test)]
impl Words {{
    /// Each text with its name.
    #[expect(clippy::too_many_lines, reason = \"a line for each text\")]
    pub(crate) fn every(&self) -> Vec<(&'static str, Text)> {{
        vec![
{every}        ]
    }}
}}

{tables}",
        count = tags.len(),
    )
}

/// The messages that are no parts of others.
fn own<'a>(file: &'a File, source: &'a File) -> impl Iterator<Item = (&'a String, &'a Message)> {
    file.messages.iter().filter(|(name, _)| !source.parts.contains(*name))
}

/// A message as an expression.
fn value(texts: &Message) -> String {
    if texts.len() == 1 {
        return parts(&texts[""]);
    }
    let optional = |key: &str| {
        texts.get(key).map_or("None".to_owned(), |text| format!("Some({})", parts(text)))
    };
    let steps = texts.iter().filter(|(key, _)| key.starts_with("step-"));
    let steps: Vec<String> = steps.map(|(_, text)| parts(text)).collect();
    let steps = steps.join(", ");
    format!(
        "PageWords {{ headline: {}, happened: {}, steps: &[{steps}], stopped: {}, button: {}, \
         aside: {} }}",
        parts(&texts[""]),
        parts(&texts["happened"]),
        optional("stopped"),
        optional("button"),
        optional("aside"),
    )
}

/// A text as an expression.
fn parts(text: &Text) -> String {
    let parts = text.iter().map(|part| match part {
        Part::Said(words) => format!("Part::Said({words:?})"),
        Part::Put(name) => format!("Part::Put(Name::{})", camel(name)),
        Part::Text(_) => unreachable!("they were put in"),
    });
    format!("Text(&[{}])", parts.collect::<Vec<_>>().join(", "))
}
