//! Every public type shows its use in an example that compiles, and every doc comment names its noun first.

use crate::imports::{Crate, Module};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use sochdb_plugin_host::{ProcessPart, Step};
use std::fs;
use std::path::PathBuf;
use support::root;

/// The crates whose public types show their use.
const WITH_EXAMPLES: &[&str] = &["sdk/src", "host/src", "host/conformance/src"];

/// Words that stand for a noun which the reader has not been told.
const OPENINGS: &[&str] =
    &["As [", "It ", "It, ", "Its ", "That ", "These ", "They ", "Those ", "What ", "Who ", "Whose "];

/// The tags of a block of code that a doc test compiles.
const COMPILED: &[&str] = &["", "rust", "no_run", "should_panic", "compile_fail"];

struct Sources {
    src: PathBuf,
    house: Crate,
}

/// An attribute, and how many tokens it has.
fn attribute(tokens: &[TokenTree]) -> Option<(TokenStream, usize)> {
    let is_mark = |at: usize, mark: char| matches!(tokens.get(at), Some(TokenTree::Punct(it)) if it.as_char() == mark);
    let at = if is_mark(1, '!') { 2 } else { 1 };
    match tokens.get(at) {
        Some(TokenTree::Group(group)) if is_mark(0, '#') && group.delimiter() == Delimiter::Bracket => {
            Some((group.stream(), at + 1))
        }
        _ => None,
    }
}

fn is_word(token: Option<&TokenTree>, words: &[&str]) -> bool {
    matches!(token, Some(TokenTree::Ident(word)) if words.iter().any(|other| word == other))
}

impl Sources {
    fn read(src: &str) -> Self {
        let src = root().join(src);
        Self { house: Crate::read(&src), src }
    }

    fn tokens(&self, module: &Module) -> Vec<TokenTree> {
        let text = fs::read_to_string(self.src.join(&self.house.files[module])).expect("a source");
        text.parse::<TokenStream>().expect("a source of Rust").into_iter().collect()
    }

    /// The types that a public module declares or hands on, each with the module that declares it.
    fn public_types(&self, module: &Module) -> Vec<(Module, String)> {
        let mut found = Vec::new();
        let tokens = self.tokens(module);
        let (mut at, mut hidden) = (0, false);
        while at < tokens.len() {
            if let Some((attribute, length)) = attribute(&tokens[at..]) {
                hidden |= attribute.to_string().replace(' ', "") == "doc(hidden)";
                at += length;
                continue;
            }
            let end = tokens[at..].iter().position(|token| match token {
                TokenTree::Punct(mark) => mark.as_char() == ';',
                TokenTree::Group(group) => {
                    group.delimiter() == Delimiter::Brace && !is_word(tokens.get(at + 1), &["use"])
                }
                _ => false,
            });
            let end = end.map_or(tokens.len(), |length| at + length + 1);
            if !hidden && is_word(tokens.get(at), &["pub"]) {
                self.public_item(module, &tokens[at + 1..end], &mut found);
            }
            (at, hidden) = (end, false);
        }
        found
    }

    fn public_item(&self, module: &Module, item: &[TokenTree], found: &mut Vec<(Module, String)>) {
        let name = || item[1].to_string();
        if is_word(item.first(), &["use"]) {
            let path: TokenStream = item[1..item.len() - 1].iter().cloned().collect();
            found.extend(leaves(&path.to_string()).into_iter().filter_map(|path| self.declared(path)));
        } else if is_word(item.first(), &["mod"])
            && item.len() == 3
            && self.house.files.contains_key(&below(module, &name()))
        {
            found.extend(self.public_types(&below(module, &name())));
        } else if is_word(item.first(), &["struct", "enum", "trait"]) {
            found.push((module.clone(), name()));
        }
    }

    /// The module and the name of a type of this crate; none of another crate, and of what is no type.
    fn declared(&self, mut path: Module) -> Option<(Module, String)> {
        path.retain(|part| part != "crate");
        let name = path.pop()?;
        let is_type = name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
        (is_type && self.house.files.contains_key(&path)).then_some((path, name))
    }
}

fn below(module: &Module, name: &str) -> Module {
    [&module[..], &[name.to_owned()]].concat()
}

/// The paths that a `use` of one list names.
fn leaves(path: &str) -> Vec<Module> {
    let path = path.replace(' ', "");
    let (first, list) = path.split_once('{').unwrap_or(("", &path));
    let list = list.trim_end_matches('}').split(',').filter(|leaf| !leaf.is_empty());
    list.map(|leaf| format!("{first}{leaf}").split("::").map(str::to_owned).collect()).collect()
}

/// The doc comment of the type `name`, a line each; `None` if these tokens declare no such type, or without any.
///
/// A macro of the house may declare it: then its name stands right behind the comment.
fn doc_of(tokens: &[TokenTree], name: &str) -> Option<Vec<String>> {
    let (mut at, mut doc) = (0, Vec::new());
    while at < tokens.len() {
        if let Some((attribute, length)) = attribute(&tokens[at..]) {
            let attribute: Vec<TokenTree> = attribute.into_iter().collect();
            if let [TokenTree::Ident(word), _, TokenTree::Literal(text)] = &attribute[..] {
                doc.extend((word == "doc").then(|| text.to_string()));
            }
            at += length;
            continue;
        }
        if !doc.is_empty() {
            let words = ["pub", "struct", "enum", "trait", "type"];
            let skipped = tokens[at..].iter().take_while(|token| is_word(Some(token), &words)).count();
            if is_word(tokens.get(at + skipped), &[name]) {
                return Some(doc);
            }
            doc.clear();
        }
        if let TokenTree::Group(group) = &tokens[at] {
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            if let Some(doc) = doc_of(&inside, name) {
                return Some(doc);
            }
        }
        at += 1;
    }
    None
}

/// Whether a doc test compiles a block of code in it.
fn has_example(doc: &[String]) -> bool {
    let lines = doc.iter().map(|line| line.trim_matches(['r', '#', '"']).trim());
    let fences = lines.filter_map(|line| line.strip_prefix("```"));
    fences.step_by(2).any(|tags| tags.split(',').all(|tag| COMPILED.contains(&tag.trim())))
}

#[test]
fn a_public_type_shows_its_use() {
    for src in WITH_EXAMPLES {
        let sources = Sources::read(src);
        let types = sources.public_types(&Module::new());
        assert!(types.len() > 4, "{src}: {types:?}");
        let silent = types
            .iter()
            .filter(|(module, name)| !doc_of(&sources.tokens(module), name).is_some_and(|doc| has_example(&doc)));
        let silent: Vec<_> =
            silent.map(|(module, name)| format!("{name} in {}", sources.house.files[module])).collect();
        assert!(
            silent.is_empty(),
            "{src}: a public type or trait has an example that compiles in its doc: {silent:#?}"
        );
    }
}

fn is_nameless(text: &str) -> bool {
    OPENINGS.iter().any(|opening| text.starts_with(opening))
}

/// The first lines of the doc comments of a file that begin with a word of `OPENINGS`, with their numbers.
fn nameless(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let comment = ["/// ", "//! "].iter().find_map(|mark| line.strip_prefix(mark));
        if let Some(comment) = comment.filter(|_| !inside) {
            if is_nameless(comment) {
                found.push((number + 1, comment));
            }
        }
        inside = line.starts_with("///") || line.starts_with("//!") || inside && line.starts_with("#[doc");
    }
    found
}

#[test]
fn a_doc_comment_names_its_noun_first() {
    let mut found = Vec::new();
    for src in WITH_EXAMPLES {
        let sources = Sources::read(src);
        for file in sources.house.files.values() {
            let text = fs::read_to_string(sources.src.join(file)).expect("a source");
            found.extend(nameless(&text).into_iter().map(|(line, text)| format!("{src}/{file}:{line}: {text}")));
        }
    }
    assert!(
        found.is_empty(),
        "name what is meant (\"The digest of …\"), or begin with a verb (\"Returns …\"): {found:#?}"
    );
}

#[test]
fn a_description_names_its_noun_first() {
    let steps = Step::ALL.iter().map(|step| step.description());
    let all = steps.chain(ProcessPart::ALL.iter().map(|part| part.description()));
    let found: Vec<&str> = all.filter(|text| is_nameless(text)).collect();
    assert!(found.is_empty(), "a description is a doc comment too, and the command prints it: {found:#?}");
}
