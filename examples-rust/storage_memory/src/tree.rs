//! Sorted rows whose clones share everything that neither has changed since: a B+tree of counted nodes.

use std::cmp::Ordering;
use std::slice;
use std::sync::Arc;

pub type Bytes = Arc<[u8]>;

/// Rows of a leaf, or children of an inner node, before it becomes two: so few that a search looks at one after the
/// other, which fetches the next key while it compares this one.
const MOST: usize = 16;

/// A write copies the nodes on its way that a clone shares, and never a key or a value. A clone costs nothing.
#[derive(Clone)]
pub struct Tree {
    root: Arc<Node>,
}

#[derive(Clone)]
enum Node {
    Leaf(Vec<(Bytes, Bytes)>),
    /// Children, each with a key that none of its own is before; that of the first child is not looked at.
    Inner(Vec<(Bytes, Arc<Node>)>),
}

impl Default for Tree {
    fn default() -> Self {
        Self { root: Arc::new(Node::Leaf(Vec::new())) }
    }
}

impl Tree {
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        let mut node = &*self.root;
        loop {
            match node {
                Node::Leaf(rows) => return place(rows, key).ok().map(|at| &*rows[at].1),
                Node::Inner(children) => node = &children[child(children, key)].1,
            }
        }
    }

    /// Puts a row, and returns the value that it replaces.
    pub fn insert(&mut self, key: &[u8], value: &[u8]) -> Option<Bytes> {
        let (old, right) = insert(&mut self.root, key, value);
        if let Some(right) = right {
            let left = (Bytes::from(&[][..]), self.root.clone());
            self.root = Arc::new(Node::Inner(vec![left, right]));
        }
        old
    }

    /// Takes a row out. A leaf that loses rows stays until it is empty, so that this stays simple.
    pub fn remove(&mut self, key: &[u8]) -> Option<Bytes> {
        // Nothing is copied for a row that is not there.
        self.get(key)?;
        let old = remove(&mut self.root, key);
        if self.root.is_empty() {
            *self = Self::default();
        }
        old
    }

    /// The rows with `start <= key < end`, ascending by key. An empty `end` means: to the end.
    pub fn rows(&self, start: &[u8], end: &[u8]) -> Rows<'_> {
        let (mut node, mut above) = (&*self.root, Vec::new());
        loop {
            match node {
                Node::Leaf(rows) => {
                    let at = place(rows, start).unwrap_or_else(|at| at);
                    return Rows { leaf: rows[at..].iter(), above, until: end.into(), reverse: false };
                }
                Node::Inner(children) => {
                    let at = child(children, start);
                    above.push(children[at + 1..].iter());
                    node = &children[at].1;
                }
            }
        }
    }

    /// The same rows, descending by key.
    pub fn rows_reversed(&self, start: &[u8], end: &[u8]) -> Rows<'_> {
        let (mut node, mut above) = (&*self.root, Vec::new());
        loop {
            match node {
                Node::Leaf(rows) => {
                    let at = if end.is_empty() { rows.len() } else { place(rows, end).unwrap_or_else(|at| at) };
                    return Rows { leaf: rows[..at].iter(), above, until: start.into(), reverse: true };
                }
                Node::Inner(children) => {
                    let at = if end.is_empty() { children.len() - 1 } else { child(children, end) };
                    above.push(children[..at].iter());
                    node = &children[at].1;
                }
            }
        }
    }
}

pub struct Rows<'a> {
    leaf: slice::Iter<'a, (Bytes, Bytes)>,
    /// What comes after `leaf`, from the root down.
    above: Vec<slice::Iter<'a, (Bytes, Arc<Node>)>>,
    /// The key before which the rows end; in reverse, the last one that may be among them.
    until: Box<[u8]>,
    reverse: bool,
}

impl Rows<'_> {
    fn has(&self, key: &[u8]) -> bool {
        if self.reverse {
            key >= &*self.until
        } else {
            self.until.is_empty() || key < &*self.until
        }
    }
}

/// The next of what is left, from the end at which the rows begin.
fn step<'a, T>(left: &mut slice::Iter<'a, T>, reverse: bool) -> Option<&'a T> {
    if reverse {
        left.next_back()
    } else {
        left.next()
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = step(&mut self.leaf, self.reverse) {
                if self.has(key) {
                    return Some((key, value));
                }
                self.leaf = [].iter();
                self.above.clear();
            }
            match step(self.above.last_mut()?, self.reverse).map(|(_, node)| &**node) {
                Some(Node::Leaf(rows)) => self.leaf = rows.iter(),
                Some(Node::Inner(children)) => self.above.push(children.iter()),
                None => drop(self.above.pop()),
            }
        }
    }
}

impl Node {
    fn is_empty(&self) -> bool {
        match self {
            Self::Leaf(rows) => rows.is_empty(),
            Self::Inner(children) => children.is_empty(),
        }
    }
}

/// Where the row of `key` is, or belongs.
fn place(rows: &[(Bytes, Bytes)], key: &[u8]) -> Result<usize, usize> {
    for (at, (own, _)) in rows.iter().enumerate() {
        match (**own).cmp(key) {
            Ordering::Less => {}
            Ordering::Equal => return Ok(at),
            Ordering::Greater => return Err(at),
        }
    }
    Err(rows.len())
}

/// The child to which `key` belongs.
fn child(children: &[(Bytes, Arc<Node>)], key: &[u8]) -> usize {
    children[1..].iter().position(|(first, _)| **first > *key).unwrap_or(children.len() - 1)
}

/// Returns also the right half, if the node became two.
fn insert(node: &mut Arc<Node>, key: &[u8], value: &[u8]) -> (Option<Bytes>, Option<(Bytes, Arc<Node>)>) {
    match Arc::make_mut(node) {
        Node::Leaf(rows) => match place(rows, key) {
            Ok(at) => (Some(std::mem::replace(&mut rows[at].1, value.into())), None),
            Err(at) => {
                rows.insert(at, (key.into(), value.into()));
                (None, split(rows, Node::Leaf))
            }
        },
        Node::Inner(children) => {
            let at = child(children, key);
            let (old, right) = insert(&mut children[at].1, key, value);
            if let Some(right) = right {
                children.insert(at + 1, right);
            }
            (old, split(children, Node::Inner))
        }
    }
}

fn split<T>(list: &mut Vec<(Bytes, T)>, node: fn(Vec<(Bytes, T)>) -> Node) -> Option<(Bytes, Arc<Node>)> {
    if list.len() <= MOST {
        return None;
    }
    let right = list.split_off(list.len() / 2);
    Some((right[0].0.clone(), Arc::new(node(right))))
}

fn remove(node: &mut Arc<Node>, key: &[u8]) -> Option<Bytes> {
    match Arc::make_mut(node) {
        Node::Leaf(rows) => place(rows, key).ok().map(|at| rows.remove(at).1),
        Node::Inner(children) => {
            let at = child(children, key);
            let old = remove(&mut children[at].1, key);
            if children[at].1.is_empty() {
                children.remove(at);
            }
            old
        }
    }
}
