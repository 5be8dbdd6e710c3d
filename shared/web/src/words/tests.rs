use super::compile::compile;
use super::*;

/// Names in place of those that a text wants.
const NAMES: Names<'static> = Names { partner: "Acme Fields", account: Some("Dale P.") };

/// Texts that may be the same in English and in another language.
const SAME: [&str; 0] = [];

/// How long a text is on a page, in characters.
fn length(text: Text) -> usize {
    let parts = text.0.iter().map(|part| match part {
        Part::Said(words) => words.chars().count(),
        Part::Put(_) => 12,
    });
    parts.sum()
}

/// Each text of a language beside its English.
fn translated() -> impl Iterator<Item = (Language, &'static str, Text, Text)> {
    Language::ALL.into_iter().skip(1).flat_map(|language| {
        let pairs = language.words().every().into_iter().zip(Language::En.words().every());
        pairs.map(move |((name, text), (english_name, english))| {
            assert_eq!(name, english_name);
            (language, name, text, english)
        })
    })
}

#[test]
fn no_text_is_longer_than_its_place() {
    for (language, name, text, english) in translated() {
        let (length, most) = (length(text), length(english) * 8 / 5 + 20);
        assert!(
            length <= most,
            "words/{}.ftl: `{name}` has {length} characters, and room for {most}",
            language.tag()
        );
    }
    for language in Language::ALL {
        let (texts, tag) = (language.words().every(), language.tag());
        for (name, text) in texts {
            let length = length(text);
            // What a phone shows of a button in two lines, and of a headline in three.
            let most = match name.split_once('.') {
                Some((_, "button")) => 40,
                // A paragraph.
                None if name.ends_with("-text") => continue,
                None => 60,
                Some(_) => continue,
            };
            assert!(length <= most, "words/{tag}.ftl: `{name}` has {length} characters of {most}");
        }
    }
}

#[test]
fn no_text_is_left_in_english() {
    for (language, name, text, english) in translated() {
        assert!(
            text != english || SAME.contains(&name),
            "words/{}.ftl: `{name}` is not translated",
            language.tag()
        );
    }
}

#[test]
fn no_text_is_empty_or_ends_in_a_space_or_has_markup() {
    for language in Language::ALL {
        for (name, text) in language.words().every() {
            let said = text.of(NAMES).into_string();
            let which = format!("words/{}.ftl: `{name}`", language.tag());
            assert!(!said.trim().is_empty() && said == said.trim(), "{which}");
            assert!(!said.contains("  ") && !said.contains("&lt;"), "{which}: {said}");
        }
    }
}

/// A line cannot end between a word and its mark.
#[test]
fn french_puts_a_space_that_does_not_break_before_a_double_mark() {
    for (name, text) in Language::Fr.words().every() {
        for part in text.0 {
            let Part::Said(words) = part else { continue };
            let letters: Vec<char> = words.chars().collect();
            for pair in letters.windows(2) {
                if "?!:;".contains(pair[1]) {
                    assert_eq!(pair[0], '\u{a0}', "`{name}`: {words}");
                }
            }
        }
    }
}

const ENGLISH: &str = "
# A comment.
and = and
the-way = { $manage-operation }, then { $data-sharing }
connected = Connected.
    .happened = It is shared
        with { $partner }.
    .step-1 = Open { the-way }.
";
const SPANISH: &str = "
and = y
the-way = { $manage-operation }, luego { $data-sharing }
connected = Conectada.
    .happened = Se comparte con { $partner }.
    .step-1 = Abra { the-way }.
";

/// What becomes of these two, with a piece of the Spanish replaced.
fn compiled(piece: &str, by: &str) -> Result<String, String> {
    assert!(SPANISH.contains(piece), "{piece}");
    let spanish = SPANISH.replacen(piece, by, 1);
    compile(&[("en".to_owned(), ENGLISH.to_owned()), ("es".to_owned(), spanish)])
}

#[test]
fn a_language_has_every_text_and_no_other_with_the_same_names_in_each() {
    let rust = compiled("", "").expect("words");
    for expected in [
        "pub enum Language {\n/// `en`\nEn,\n/// `es`\nEs,\n}",
        "and: Text(&[Part::Said(\"y\")]),",
        "happened: Text(&[Part::Said(\"It is shared with \"), Part::Put(Name::Partner), \
         Part::Said(\".\")])",
        "Part::Put(Name::ManageOperation), Part::Said(\", luego \"), Part::Put(Name::DataSharing)",
        "button: None",
    ] {
        assert!(rust.contains(expected), "{expected}\n{rust}");
    }
    assert!(!rust.contains("the_way"), "it is a part of others");
    for (piece, by, fault) in [
        ("and = y\n", "", "`and` is missing; words/en.ftl has it"),
        ("and = y\n", "and = y\nor = o\n", "words/en.ftl does not have `or`"),
        ("and = y\n", "and = y\nand = e\n", "`and` is there twice"),
        (
            "and = y\n",
            "and = { $partner }\n",
            "`and` has {\"partner\"} in braces; words/en.ftl has {}",
        ),
        ("and = y\n", "and = { \"y\" }\n", "`and` has more in braces than a name"),
        ("and = y\n", "and = { NUMBER($partner) }\n", "`and` has more in braces than a name"),
        ("and = y\n", "and = { $partner ->\n    *[other] y\n }\n", "`and` has a choice in braces"),
        ("and = y\n", "and =\n", "line 2: "),
        ("and = y\n", "and y\n", "line 2: "),
        ("and = y\n", "and = { $partner\n", "line 3: "),
        ("and = y\n", "and\n    .aside = y\n", "line 2: "),
        ("and = y\n", "-and = y\n", "`-and` is a term; write a message"),
        (
            " con { $partner }.",
            ".",
            "`connected.happened` has {} in braces; words/en.ftl has {\"partner\"}",
        ),
        ("{ $partner }", "{ $socio }", "`connected.happened` has {\"socio\"} in braces"),
        ("    .step-1 = Abra { the-way }.\n", "", "`connected.step-1` is missing"),
        (".step-1", ".paso-1", "`connected.paso-1` is no part of a page"),
        (".step-1", ".step-1 = Nada\n    .step-1", "`connected.step-1` is there twice"),
        (".step-1", ".step-2 = Nada\n    .step-1", "words/en.ftl does not have `connected.step-2`"),
        ("{ the-way }", "{ el-camino }", "`connected.step-1` wants `el-camino`, which is missing"),
        (
            "{ the-way }",
            "{ connected }",
            "`connected.step-1` wants `connected`, which is more than",
        ),
        ("luego { $data-sharing }", "{ and }", "`connected.step-1` wants `the-way`, which is more"),
    ] {
        let said = compiled(piece, by).expect_err(fault);
        assert!(said.starts_with("words/es.ftl: ") && said.contains(fault), "{by:?}: {said}");
    }
    let alone = [("es".to_owned(), SPANISH.to_owned())];
    assert_eq!(compile(&alone).expect_err("no source"), "there is no words/en.ftl");
}
