//! A disk: the changes of a directory in their order, and which of them are there after the power failed.

use crate::crash::linux::content::{after, Arrived, Change, Rule};
use crate::frame::random::Random;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A change of a directory's files, or a promise of the kernel. Paths are below the directory; files have numbers, as names
/// change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Change {
        file: usize,
        change: Change,
    },
    /// All changes of the file are on the disk.
    Sync {
        file: usize,
    },
    /// The kernel could not write what was changed, said so once, and forgets it.
    Lost {
        file: usize,
    },
    /// All names in this directory are on the disk.
    SyncDirectory {
        path: PathBuf,
    },
    SyncAll,
    Name(Name),
}

/// A change of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Create { path: PathBuf, file: usize },
    MakeDirectory { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf },
    Link { path: PathBuf, file: usize },
    Remove { path: PathBuf },
}

/// A thing at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Directory,
    File(Vec<u8>),
}

/// A file: what is on the disk, and what is not yet.
#[derive(Debug, Default)]
struct File {
    synced: Vec<u8>,
    pending: Vec<Change>,
    /// How many changes of names there are until the last one of its own.
    named: usize,
}

impl File {
    fn sync(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        pending.iter().for_each(|change| change.apply(&mut self.synced));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Directory,
    File(usize),
}

type Tree = BTreeMap<PathBuf, Node>;

impl Name {
    /// Makes the change, if what it needs is there.
    fn apply(&self, tree: &mut Tree) {
        match self {
            Self::Create { path, file } | Self::Link { path, file } => _ = tree.insert(path.clone(), Node::File(*file)),
            Self::MakeDirectory { path } => _ = tree.insert(path.clone(), Node::Directory),
            Self::Remove { path } => _ = tree.remove(path),
            Self::Rename { from, to } => {
                let moved: Vec<PathBuf> = tree.keys().filter(|path| path.starts_with(from)).cloned().collect();
                for path in moved {
                    let node = tree.remove(&path).expect("it was just listed");
                    let below = path.strip_prefix(from).expect("it was just found below");
                    let new = if below.as_os_str().is_empty() { to.clone() } else { to.join(below) };
                    tree.insert(new, node);
                }
            }
        }
    }

    /// The directories whose list it changes.
    fn directories(&self) -> Vec<&Path> {
        match self {
            Self::Create { path, .. }
            | Self::Link { path, .. }
            | Self::MakeDirectory { path }
            | Self::Remove { path } => path.parent().into_iter().collect(),
            Self::Rename { from, to } => from.parent().into_iter().chain(to.parent()).collect(),
        }
    }
}

/// The changes until a moment.
struct Disk<'a> {
    files: Vec<File>,
    /// All changes of names, each with whether it is on the disk for certain.
    names: Vec<(&'a Name, bool)>,
    /// The names as the processes see them.
    now: Tree,
}

impl<'a> Disk<'a> {
    fn at(ops: &'a [Op], rule: Rule) -> Self {
        let mut disk = Self { files: Vec::new(), names: Vec::new(), now: Tree::new() };
        for op in ops {
            match op {
                Op::Change { file, change } => disk.file(*file).pending.push(change.clone()),
                Op::Sync { file } => {
                    disk.file(*file).sync();
                    if rule == Rule::Journal {
                        let named = disk.file(*file).named;
                        disk.names[..named].iter_mut().for_each(|name| name.1 = true);
                    }
                }
                Op::Lost { file } => disk.file(*file).pending.clear(),
                Op::SyncDirectory { path } => disk.keep_names_in(path, rule),
                Op::SyncAll => {
                    disk.files.iter_mut().for_each(File::sync);
                    disk.names.iter_mut().for_each(|name| name.1 = true);
                }
                Op::Name(name) => disk.name(name),
            }
        }
        disk
    }

    fn file(&mut self, number: usize) -> &mut File {
        if self.files.len() <= number {
            self.files.resize_with(number + 1, File::default);
        }
        &mut self.files[number]
    }

    fn name(&mut self, name: &'a Name) {
        self.names.push((name, false));
        let named = self.names.len();
        let its: Vec<usize> = match name {
            Name::Create { file, .. } | Name::Link { file, .. } => vec![*file],
            Name::Rename { from: path, .. } | Name::Remove { path } => {
                let below = self.now.iter().filter(|(it, _)| it.starts_with(path));
                below.filter_map(|(_, node)| if let Node::File(file) = node { Some(*file) } else { None }).collect()
            }
            Name::MakeDirectory { .. } => Vec::new(),
        };
        its.into_iter().for_each(|file| self.file(file).named = named);
        name.apply(&mut self.now);
    }

    /// Keeps what was changed in a directory, also while that had another name. A journal has all names until then, and until the
    /// directory got its name.
    fn keep_names_in(&mut self, path: &Path, rule: Rule) {
        let (mut of, mut last) = (path.to_owned(), 0);
        for at in (0..self.names.len()).rev() {
            let name = self.names[at].0;
            let is_in_it = name.directories().contains(&&*of);
            let mut is_its_own = false;
            if let Name::Rename { from, to } = name {
                if let Ok(below) = of.strip_prefix(to) {
                    is_its_own = below.as_os_str().is_empty();
                    of = if is_its_own { from.clone() } else { from.join(below) };
                }
            }
            match rule {
                Rule::Strict => self.names[at].1 |= is_in_it,
                Rule::Journal if is_in_it || is_its_own => {
                    last = at + 1;
                    break;
                }
                Rule::Journal => {}
            }
        }
        self.names[..last].iter_mut().for_each(|name| name.1 = true);
    }

    /// The names after some of the changes that are not certain.
    fn names(&self, rule: Rule, random: &mut Random) -> Tree {
        let certain = self.names.iter().rposition(|name| name.1).map_or(0, |last| last + 1);
        let until = certain + random.below((self.names.len() - certain) as u64 + 1) as usize;
        let mut tree = Tree::new();
        for (index, (name, is_certain)) in self.names.iter().enumerate() {
            let there = match rule {
                Rule::Journal => index < until,
                Rule::Strict => *is_certain || random.below(2) == 0,
            };
            if there {
                name.apply(&mut tree);
            }
        }
        tree
    }
}

/// The entries that are there if the power failed after `ops`: what was synced, and what `random` chooses of the rest.
pub(crate) fn after_power_loss(ops: &[Op], rule: Rule, random: &mut Random) -> BTreeMap<PathBuf, Entry> {
    let disk = Disk::at(ops, rule);
    // Mostly the files have the same fate, as what a single one misses is found best alone.
    let common = Arrived::any(random);
    let contents = disk.files.iter().map(|file| {
        let arrived = if random.below(3) == 0 { Arrived::any(random) } else { common };
        after(&file.synced, &file.pending, arrived, rule, random)
    });
    let contents: Vec<Vec<u8>> = contents.collect();
    let mut entries = BTreeMap::new();
    for (path, node) in disk.names(rule, random) {
        let entry = match node {
            Node::Directory => Entry::Directory,
            Node::File(file) => Entry::File(contents.get(file).cloned().unwrap_or_default()),
        };
        // Whose directory is not there is not there.
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if parent.is_none_or(|parent| entries.get(parent) == Some(&Entry::Directory)) {
            entries.insert(path, entry);
        }
    }
    entries
}

/// Puts the entries below an empty directory.
///
/// # Errors
/// Those of the file system.
pub(crate) fn put(entries: &BTreeMap<PathBuf, Entry>, directory: &Path) -> std::io::Result<()> {
    for (path, entry) in entries {
        let path = directory.join(path);
        match entry {
            Entry::Directory => std::fs::create_dir(path)?,
            Entry::File(content) => std::fs::write(path, content)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
