//! A query as its user writes it: words, and phrases between quotes.

use crate::fields::Fields;
use sochdb_plugin_sdk::{Error, ErrorKind, Result, Search};
use tantivy::query::{BooleanQuery, EmptyQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::Term;

/// How many of the words and phrases a text must have.
fn occur(search: &Search<'_>) -> Result<Occur> {
    let mut occur = Occur::Should;
    for (name, value) in search.parameters {
        occur = match (*name, *value) {
            ("match", "any") => Occur::Should,
            ("match", "all") => Occur::Must,
            ("match", other) => return Err(Error::invalid(format!("`match` is {other:?}: it is `any` or `all`"))),
            (other, _) => {
                return Err(Error::new(ErrorKind::Unsupported, format!("no parameter {other:?}: there is `match`")))
            }
        };
    }
    Ok(occur)
}

fn terms(fields: &Fields, analyzer: &mut TextAnalyzer, text: &str) -> Vec<(usize, Term)> {
    let (mut terms, mut tokens) = (Vec::new(), analyzer.token_stream(text));
    while tokens.advance() {
        let token = tokens.token();
        terms.push((token.position, Term::from_field_text(fields.text, &token.text)));
    }
    terms
}

/// The words and phrases of `text`, any or all of them. What stands behind a quote that does not end is words.
pub(crate) fn query(
    fields: &Fields,
    mut analyzer: TextAnalyzer,
    search: &Search<'_>,
    text: &str,
) -> Result<Box<dyn Query>> {
    let occur = occur(search)?;
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let parts: Vec<&str> = text.split('"').collect();
    for (at, part) in parts.iter().enumerate() {
        let mut terms = terms(fields, &mut analyzer, part);
        let is_phrase = at % 2 == 1 && at + 1 < parts.len();
        if is_phrase && terms.len() > 1 {
            clauses.push((occur, Box::new(PhraseQuery::new_with_offset(terms))));
            continue;
        }
        // A word that comes twice is looked for once.
        terms.sort_by(|a, b| a.1.cmp(&b.1));
        terms.dedup_by(|a, b| a.1 == b.1);
        let word = |(_, term)| Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)) as Box<dyn Query>;
        clauses.extend(terms.into_iter().map(|term| (occur, word(term))));
    }
    Ok(match clauses.len() {
        0 => Box::new(EmptyQuery),
        1 => clauses.remove(0).1,
        _ => Box::new(BooleanQuery::new(clauses)),
    })
}
