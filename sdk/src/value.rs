use std::fmt;
use std::ops::Deref;

/// A value that a [`StorageReader`](crate::StorageReader) lends: bytes that the reader has, or a guard that keeps them.
///
/// ```
/// use sochdb_plugin_sdk::Value;
/// use std::sync::Arc;
///
/// let page: Arc<Vec<u8>> = Arc::new(vec![7; 4096]);
/// let of_the_reader = Value::lent(&page[..100]);
/// assert_eq!(of_the_reader.len(), 100);
/// // A value that is counted, pinned or decoded is not copied: whoever lends it moves the guard in.
/// let counted = Value::kept(page.clone(), |page| &page[..]);
/// assert_eq!(counted[4095], 7);
/// let decoded = Value::kept(b"decoded".to_vec(), |bytes| bytes);
/// assert_eq!(&*decoded, b"decoded");
/// ```
pub struct Value<'a>(Inner<'a>);

enum Inner<'a> {
    Lent(&'a [u8]),
    Kept(Box<dyn Guard + 'a>),
}

/// Something that keeps bytes.
trait Guard: Send {
    fn bytes(&self) -> &[u8];
}

struct Kept<G> {
    guard: G,
    bytes: fn(&G) -> &[u8],
}

impl<G: Send> Guard for Kept<G> {
    fn bytes(&self) -> &[u8] {
        (self.bytes)(&self.guard)
    }
}

impl<'a> Value<'a> {
    /// Makes a value of bytes that live as long as the reader.
    #[must_use]
    pub fn lent(bytes: &'a [u8]) -> Self {
        Self(Inner::Lent(bytes))
    }

    /// Makes a value that a guard keeps, such as a counted buffer or a pinned page. `bytes` finds them in it; the guard is
    /// dropped when the loan ends.
    #[must_use]
    pub fn kept<G: Send + 'a>(guard: G, bytes: fn(&G) -> &[u8]) -> Self {
        Self(Inner::Kept(Box::new(Kept { guard, bytes })))
    }
}

impl Deref for Value<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Inner::Lent(bytes) => bytes,
            Inner::Kept(guard) => guard.bytes(),
        }
    }
}

impl AsRef<[u8]> for Value<'_> {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Value").field(&&**self).finish()
    }
}
