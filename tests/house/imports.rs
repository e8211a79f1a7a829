//! Which file of a crate names which other one, read from the tokens of its source. What is only for tests is left out.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A path below the crate, such as `["loader", "steps", "probe"]`.
pub type Module = Vec<String>;

/// What a crate's files name.
pub struct Crate {
    /// The file of each module, below the crate's `src`.
    pub files: BTreeMap<Module, String>,
    /// The paths that a file writes: each begins at the crate, and ends in what is taken.
    paths: BTreeMap<Module, BTreeSet<Module>>,
    /// Paths that begin with `super` or `self`.
    pub relative: Vec<(String, String)>,
    /// What a file hands on of others, `pub use`.
    pub handed_on: BTreeMap<String, Vec<String>>,
}

/// A file names something of another one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
pub struct Import {
    pub from: Module,
    pub to: Module,
    /// What, below `to`.
    pub what: String,
}

impl Crate {
    pub fn read(src: &Path) -> Self {
        let mut found =
            Self { files: BTreeMap::new(), paths: BTreeMap::new(), relative: Vec::new(), handed_on: BTreeMap::new() };
        found.read_folder(src, src);
        let modules: BTreeSet<Module> = found.files.keys().cloned().collect();
        for (module, file) in &found.files {
            let text = fs::read_to_string(src.join(file)).unwrap();
            let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
            let mut reader = Reader { module, modules: &modules, paths: BTreeSet::new(), relative: Vec::new() };
            let tokens: Vec<TokenTree> = without_tests(tokens).into_iter().collect();
            reader.walk(&tokens);
            found.relative.extend(reader.relative.into_iter().map(|path| (file.clone(), path)));
            found.handed_on.insert(file.clone(), handed_on(&tokens));
            found.paths.insert(module.clone(), reader.paths);
        }
        found
    }

    fn read_folder(&mut self, src: &Path, folder: &Path) {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let below = path.strip_prefix(src).unwrap();
            if path.is_dir() {
                if name != "tests" {
                    self.read_folder(src, &path);
                }
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") || name == "tests" {
                continue;
            }
            let mut module: Module = below.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            module.pop();
            if !["mod", "lib", "main"].contains(&&*name) {
                module.push(name);
            }
            self.files.insert(module, below.to_str().unwrap().to_owned());
        }
    }

    /// The file that a path leads into, and what it takes from there.
    fn target(&self, path: &Module) -> (Module, String) {
        let longest = (0..=path.len()).rev().find(|length| self.files.contains_key(&path[..*length])).unwrap_or(0);
        (path[..longest].to_vec(), path[longest..].join("::"))
    }

    /// Every import between two files.
    pub fn imports(&self) -> BTreeSet<Import> {
        let each = self.paths.iter().flat_map(|(from, paths)| paths.iter().map(move |path| (from, path)));
        let imports = each.map(|(from, path)| {
            let (to, what) = self.target(path);
            Import { from: from.clone(), to, what }
        });
        imports.filter(|import| import.from != import.to).collect()
    }

    /// Files that import each other in a loop, as one way round it.
    pub fn circle(&self) -> Option<Vec<String>> {
        let mut next: BTreeMap<Module, Vec<Module>> = BTreeMap::new();
        for import in self.imports() {
            next.entry(import.from).or_default().push(import.to);
        }
        let mut done = BTreeSet::new();
        for start in self.files.keys() {
            let mut way = Vec::new();
            if let Some(circle) = follow(start, &next, &mut way, &mut done) {
                return Some(circle.iter().map(|module| self.files[module].clone()).collect());
            }
        }
        None
    }
}

fn follow(
    at: &Module,
    next: &BTreeMap<Module, Vec<Module>>,
    way: &mut Vec<Module>,
    done: &mut BTreeSet<Module>,
) -> Option<Vec<Module>> {
    if let Some(before) = way.iter().position(|module| module == at) {
        return Some(way[before..].to_vec());
    }
    if done.contains(at) {
        return None;
    }
    way.push(at.clone());
    let found = next.get(at).into_iter().flatten().find_map(|to| follow(to, next, way, done));
    way.pop();
    done.insert(at.clone());
    found
}

/// The names of what `pub use` hands on.
fn handed_on(tokens: &[TokenTree]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !matches!(token, TokenTree::Ident(word) if word == "pub") {
            continue;
        }
        let scope = usize::from(matches!(tokens.get(at + 1), Some(TokenTree::Group(_))));
        if matches!(tokens.get(at + 1 + scope), Some(TokenTree::Ident(word)) if word == "use") {
            let rest = tokens[at + 2 + scope..].iter();
            let path = rest.take_while(|token| !matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';'));
            found.push(path.map(ToString::to_string).collect());
        }
    }
    found
}

/// Whether it is `cfg(test)`, or `cfg(all(test, …))`.
fn is_for_tests(attribute: &TokenStream) -> bool {
    let text = attribute.to_string().replace(' ', "");
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// Leaves out each item behind `#[cfg(test)]`.
fn without_tests(tokens: TokenStream) -> TokenStream {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let marked = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '#')
            && matches!(tokens.peek(), Some(TokenTree::Group(group)) if is_for_tests(&group.stream()));
        if !marked {
            kept.push(token);
            continue;
        }
        tokens.next();
        // Up to the end of the item.
        for token in tokens.by_ref() {
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
                TokenTree::Punct(mark) if mark.as_char() == ';' => break,
                _ => {}
            }
        }
    }
    kept.into_iter().collect()
}

struct Reader<'a> {
    module: &'a Module,
    modules: &'a BTreeSet<Module>,
    paths: BTreeSet<Module>,
    relative: Vec<String>,
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    let colon = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':');
    tokens.len() >= 2 && colon(&tokens[0]) && colon(&tokens[1])
}

impl Reader<'_> {
    fn walk(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.walk(&group.stream().into_iter().collect::<Vec<_>>()),
                TokenTree::Ident(word)
                    if is_colons(&tokens[at + 1..]) && !(at >= 2 && is_colons(&tokens[at - 2..])) =>
                {
                    let child = [&self.module[..], &[word.to_string()]].concat();
                    let in_macro = at > 0 && matches!(&tokens[at - 1], TokenTree::Punct(mark) if mark.as_char() == '$');
                    if word == "crate" && in_macro && self.is_of_the_root(&tokens[at + 3..]) {
                        // An exported macro names the public face, as who uses it would.
                    } else if word == "crate" {
                        self.tree(&Vec::new(), &tokens[at + 3..]);
                    } else if word == "super" || word == "self" {
                        let shown: String = tokens[at..].iter().take(6).map(ToString::to_string).collect();
                        self.relative.push(shown);
                    } else if self.modules.contains(&child) {
                        self.tree(&child, &tokens[at + 3..]);
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether a path after `crate::` names something that the root has or hands on.
    fn is_of_the_root(&self, tokens: &[TokenTree]) -> bool {
        matches!(tokens.first(), Some(TokenTree::Ident(word)) if !self.modules.contains(&vec![word.to_string()]))
    }

    /// Notes what a path takes that began with `before`, also if it is a tree of `use`.
    fn tree(&mut self, before: &Module, tokens: &[TokenTree]) {
        match tokens.first() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                for branch in inside.split(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',')) {
                    self.tree(before, branch);
                }
            }
            Some(TokenTree::Ident(word)) if word == "self" => drop(self.paths.insert(before.clone())),
            Some(TokenTree::Ident(word)) => {
                let path = [&before[..], &[word.to_string()]].concat();
                if is_colons(&tokens[1..]) {
                    self.tree(&path, &tokens[3..]);
                } else {
                    self.paths.insert(path);
                }
            }
            Some(TokenTree::Punct(mark)) if mark.as_char() == '*' => {
                self.paths.insert([&before[..], &["*".to_owned()]].concat());
            }
            _ => drop(self.paths.insert(before.clone())),
        }
    }
}
