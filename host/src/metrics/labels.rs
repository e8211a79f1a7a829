//! Labels, whose order has no meaning.

use sochdb_plugin_sdk::Labels;

/// Labels that a series keeps, in the order in which they first came.
pub(crate) type Owned = Box<[(Box<str>, Box<str>)]>;

/// A copy to keep.
pub(crate) fn own(labels: Labels<'_>) -> Owned {
    labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

/// Kept labels as calls take them.
pub(crate) fn borrow(owned: &Owned) -> Vec<(&str, &str)> {
    owned.iter().map(|(name, value)| (&**name, &**value)).collect()
}

/// Whether both are the same. A caller mostly has one order, and that one is fast.
#[inline]
pub(crate) fn equal(owned: &Owned, labels: Labels<'_>) -> bool {
    let same = |own: &(Box<str>, Box<str>), label: &(&str, &str)| *own.0 == *label.0 && *own.1 == *label.1;
    if owned.len() != labels.len() {
        return false;
    }
    if owned.iter().zip(labels).all(|(own, label)| same(own, label)) {
        return true;
    }
    // Each as often in both, as a label may come twice.
    labels.iter().all(|label| {
        let (here, there) =
            (labels.iter().filter(|other| *other == label), owned.iter().filter(|own| same(own, label)));
        here.count() == there.count()
    })
}
