//! Whether what a plugin lends stays as it is, and what the host lends is not kept: looked at with contract checks only.

use sochdb_plugin_abi::{soch_bytes, soch_row};

/// The bytes that a kept pointer leads to: no row of any storage, but one that may be read, so that a plugin which goes on
/// from it gives wrong rows and does not crash.
static POISON: [u8; 40] = [0xA5; 40];

fn poison() -> soch_row {
    soch_row { key: soch_bytes::lend(&POISON), value: soch_bytes::lend(&POISON) }
}

fn is_poison(row: &soch_row) -> bool {
    let is_it = |bytes: &soch_bytes| std::ptr::eq(bytes.ptr, POISON.as_ptr()) && bytes.len == POISON.len();
    is_it(&row.key) && is_it(&row.value)
}

/// A copy of what is lent now.
#[derive(Default)]
pub(crate) struct Loan(Vec<(soch_bytes, Box<[u8]>)>);

impl Loan {
    /// Copies what begins to be lent.
    ///
    /// # Safety
    /// The plugin lends all of it from now on.
    pub(crate) unsafe fn begin(&mut self, lent: impl Iterator<Item = soch_bytes>) {
        // SAFETY: the caller promises it.
        let copy = |bytes: soch_bytes| (bytes, unsafe { bytes.get() }.unwrap_or_default().into());
        self.0.extend(lent.map(copy));
    }

    /// Compares it with the copy, when the call comes that ends it.
    ///
    /// # Errors
    /// How the plugin broke its promise.
    ///
    /// # Safety
    /// The plugin promised to lend all of it until now.
    pub(crate) unsafe fn end(&mut self) -> Result<(), &'static str> {
        // SAFETY: the caller promises it. A plugin that gave the memory back may end the process here, which is a
        // result of a check as well.
        let same = |(bytes, copy): (soch_bytes, Box<[u8]>)| unsafe { bytes.get() }.unwrap_or_default() == &*copy;
        let kept = std::mem::take(&mut self.0).into_iter().all(same);
        kept.then_some(()).ok_or("changed, before this call, what it had lent until this call")
    }
}

/// More places than a cursor is given, so that what is written past those damages nothing.
const GUARD: usize = 64;

/// The places that a cursor is given, and what it lent in them.
pub(crate) struct Checked {
    /// Poison whenever no call is under way. Unlike the host's cursor they do not move.
    places: Vec<soch_row>,
    loan: Loan,
}

impl Checked {
    /// For calls with at most `capacity` places.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { places: vec![poison(); capacity + GUARD], loan: Loan::default() }
    }

    /// The places for the next call.
    ///
    /// # Errors
    /// How the plugin broke its promise since the last one.
    ///
    /// # Safety
    /// The plugin promised to lend what it lent in the last call until this one.
    pub(crate) unsafe fn before(&mut self) -> Result<*mut soch_row, &'static str> {
        if !self.places.iter().all(is_poison) {
            return Err("kept the host's array of an earlier call, and wrote to it");
        }
        // SAFETY: the caller promises it.
        unsafe { self.loan.end()? };
        Ok(self.places.as_mut_ptr())
    }

    /// Moves the rows of a call for `asked` rows to `rows`.
    ///
    /// # Errors
    /// How the plugin broke its promise.
    pub(crate) fn after(&mut self, asked: usize, rows: &mut [soch_row]) -> Result<(), &'static str> {
        let beyond = !self.places[asked..].iter().all(is_poison);
        rows.copy_from_slice(&self.places[..rows.len()]);
        self.places.fill(poison());
        if beyond {
            Err("wrote past the places that it was given")
        } else {
            Ok(())
        }
    }

    /// Copies what `rows` lend.
    ///
    /// # Safety
    /// The plugin lends it from now on.
    pub(crate) unsafe fn lent(&mut self, rows: &[soch_row]) {
        // SAFETY: the caller promises it.
        unsafe { self.loan.begin(rows.iter().flat_map(|row| [row.key, row.value])) }
    }
}

/// Whether the bytes may be read.
pub(crate) fn is_lent(bytes: &soch_bytes) -> bool {
    bytes.len <= isize::MAX as usize && (!bytes.ptr.is_null() || bytes.len == 0)
}
