//! Operations of an index of texts: a word finds the rows whose texts have it.

use crate::frame::instance::Instance;
use crate::frame::must::skip;
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::operation::Operation;
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{Error, ErrorKind, IndexExtension, RowId};
use std::collections::BTreeSet;

/// Words that no language passes over, and of which none is a form of another one.
const WORDS: [&str; 6] = ["anchor", "basin", "candle", "dagger", "ember", "falcon"];
/// More rows than there are.
const MOST: usize = 100;

/// A text, as the numbers of its words.
type Text = Vec<u8>;

#[derive(Clone, Debug)]
pub(crate) enum TextOperation {
    Insert {
        text: Text,
        row: RowId,
    },
    Delete {
        text: Text,
        row: RowId,
    },
    Find {
        word: u8,
    },
    /// Replaces everything by these entries.
    Build(Vec<(Text, RowId)>),
}

fn written(text: &[u8]) -> String {
    text.iter().map(|word| WORDS[usize::from(*word)]).collect::<Vec<_>>().join(" ")
}

fn word(random: &mut Random) -> u8 {
    random.below(WORDS.len() as u64) as u8
}

fn text(random: &mut Random) -> Text {
    (0..1 + random.below(3)).map(|_| word(random)).collect()
}

fn row(random: &mut Random) -> RowId {
    const BORDERS: [RowId; 8] = [0, 1, 2, 3, u32::MAX as u64, 1 << 32, 1 << 63, u64::MAX];
    BORDERS[random.below(8) as usize]
}

impl Operation for TextOperation {
    type Model = BTreeSet<(Text, RowId)>;
    type Plugin<'a> = Instance;
    type Before = ();

    fn draw(random: &mut Random, (): &mut ()) -> Self {
        match random.below(40) {
            0..=15 => Self::Insert { text: text(random), row: row(random) },
            16..=22 => Self::Delete { text: text(random), row: row(random) },
            23..=38 => Self::Find { word: word(random) },
            _ => Self::Build((0..random.below(30)).map(|_| (text(random), row(random))).collect()),
        }
    }

    /// A text is made of words, and half of one may be a word that no index keeps.
    fn bytes(&mut self) -> Vec<&mut Vec<u8>> {
        Vec::new()
    }

    fn simpler(&self) -> Vec<Self> {
        let fewer = |text: &Text| -> Vec<Text> {
            let places = (0..text.len()).filter(|_| text.len() > 1);
            places.map(|at| [&text[..at], &text[at + 1..]].concat()).collect()
        };
        match self {
            Self::Insert { text, row } => {
                fewer(text).into_iter().map(|text| Self::Insert { text, row: *row }).collect()
            }
            Self::Delete { text, row } => {
                fewer(text).into_iter().map(|text| Self::Delete { text, row: *row }).collect()
            }
            Self::Find { .. } => Vec::new(),
            Self::Build(entries) => {
                let without = |at: usize| Self::Build([&entries[..at], &entries[at + 1..]].concat());
                (0..entries.len()).map(without).collect()
            }
        }
    }

    fn expected(&self, model: &Self::Model) -> Option<Expected> {
        let Self::Find { word } = self else { return Some(Expected::done()) };
        let rows: BTreeSet<RowId> = model.iter().filter(|(text, _)| text.contains(word)).map(|(_, row)| *row).collect();
        Some(Expected::answer(Answer::Numbers(rows.into_iter().collect())).or(true, &[ErrorKind::Unsupported]))
    }

    fn apply(&self, model: &mut Self::Model, accepted: bool) {
        match self {
            _ if !accepted => {}
            Self::Insert { text, row } => _ = model.insert((text.clone(), *row)),
            Self::Delete { text, row } => _ = model.remove(&(text.clone(), *row)),
            Self::Build(entries) => *model = entries.iter().cloned().collect(),
            Self::Find { .. } => {}
        }
    }

    fn plugin(subject: &Subject) -> Result<Instance, NotPassed> {
        if !matches!(Keys::of_all_changes(subject)?, Keys::Texts) {
            skip!("these sequences are drawn for an index of texts");
        }
        subject.instance()
    }

    fn call(&self, plugin: &mut Instance) -> Result<Answer, Error> {
        let index = plugin.index().map_err(|why| Error::failed(why.to_string()))?;
        match self {
            Self::Insert { text, row } => index.insert(written(text).as_bytes(), *row).map(|()| Answer::Done),
            Self::Delete { text, row } => index.delete(written(text).as_bytes(), *row).map(|()| Answer::Done),
            Self::Build(entries) => {
                let texts: Vec<(RowId, String)> = entries.iter().map(|(text, row)| (*row, written(text))).collect();
                let entries: Vec<(RowId, &[u8])> = texts.iter().map(|(row, text)| (*row, text.as_bytes())).collect();
                index.build(1, 1, &entries).map(|()| Answer::Done)
            }
            Self::Find { word } => {
                if index.describe().visible_after_flush {
                    index.flush(0)?;
                }
                let mut rows: Vec<RowId> = index
                    .nearest(WORDS[usize::from(*word)].as_bytes(), MOST)?
                    .into_iter()
                    .map(|(row, _)| row)
                    .collect();
                rows.sort_unstable();
                Ok(Answer::Numbers(rows))
            }
        }
    }

    fn in_c(&self, step: usize, expected: &Expected, accepted: bool) -> String {
        let literal = |text: &str| format!("literal(\"{text}\", {})", text.len());
        let call = match self {
            Self::Insert { text, row } => {
                format!("table->insert(instance, {}, {row}u, &error)", literal(&written(text)))
            }
            Self::Delete { text, row } => {
                format!("table->remove(instance, {}, {row}u, &error)", literal(&written(text)))
            }
            Self::Build(entries) => {
                let entry = |(text, row): &(Text, RowId)| format!("    entry({row}u, {});\n", literal(&written(text)));
                let entries: String = entries.iter().map(entry).collect();
                return format!("{entries}    {}({step}, build());\n", if accepted { "done" } else { "refused" });
            }
            Self::Find { word } => format!("find({})", literal(WORDS[usize::from(*word)])),
        };
        match &expected.answer {
            _ if !accepted => format!("    refused({step}, {call});\n"),
            Some(Answer::Numbers(rows)) => {
                let rows: String = rows.iter().map(|row| format!("    number({step}, {row}u);\n")).collect();
                format!("    done({step}, {call});\n{rows}    no_more({step});\n")
            }
            _ => format!("    done({step}, {call});\n"),
        }
    }

    fn in_rust(&self, step: usize, expected: &Expected, accepted: bool) -> String {
        let call = match self {
            Self::Insert { text, row } => format!("index.insert(b{:?}, {row})", written(text)),
            Self::Delete { text, row } => format!("index.delete(b{:?}, {row})", written(text)),
            Self::Build(entries) => {
                let entries = entries.iter().map(|(text, row)| format!("({row}, &b{:?}[..])", written(text)));
                format!("index.build(1, 1, &[{}])", entries.collect::<Vec<_>>().join(", "))
            }
            Self::Find { word } => format!("find(&index, b{:?})", WORDS[usize::from(*word)]),
        };
        match &expected.answer {
            _ if !accepted => format!("    {call}.map(drop).expect_err(\"step {step}\");\n"),
            Some(Answer::Numbers(rows)) => {
                format!("    assert_eq!({call}.expect(\"step {step}\"), {rows:?} as [u64; {}]);\n", rows.len())
            }
            _ => format!("    {call}.expect(\"step {step}\");\n"),
        }
    }
}
