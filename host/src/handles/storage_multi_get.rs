//! Many values by one call. Of a storage without it, each is a `get`.

use crate::handles::rows_taken::{ended, pushed, End};
use crate::handles::storage::Storage;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{ErrorKind, Result, TableId, ValueSink};

impl Storage {
    /// Gives `values` what the storage finds: by its own way if it has one.
    pub(super) fn find_many(&self, table: TableId, keys: &[&[u8]], values: &mut ValueSink<'_>) -> Result<()> {
        keys.iter().try_for_each(|key| self.instance.takes_key("multi_get", key.len()))?;
        let Some(multi_get) = self.table.multi_get else { return self.find_each(table, keys, values) };
        let limits = self.instance.limits_of_call("multi_get")?;
        let raw: Vec<soch_bytes> = keys.iter().map(|key| soch_bytes::lend(key)).collect();
        let mut taken = Taken { values, given: vec![false; keys.len()], none: true, end: None };
        let sink = soch_value_sink { ctx: (&raw mut taken).cast(), value: Some(take_value) };
        // SAFETY: the plugin's function; all is lent for the call.
        let call =
            |instance, error| unsafe { multi_get(instance, limits, table, raw.as_ptr(), raw.len(), &sink, error) };
        let result = self.instance.shared("multi_get", call);
        match result {
            Err(error) if error.kind() == ErrorKind::Unsupported && taken.none => self.find_each(table, keys, values),
            Err(error) if error.kind() == ErrorKind::Unsupported && taken.end.is_none() => {
                Err(self.instance.contract_violation("multi_get", "gave values, and then returned SOCH_UNSUPPORTED"))
            }
            result => ended(&self.instance, "multi_get", taken.end, result),
        }
    }

    /// The same key by key.
    fn find_each(&self, table: TableId, keys: &[&[u8]], values: &mut ValueSink<'_>) -> Result<()> {
        let mut value = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            self.instance.limits_of_call("multi_get")?;
            value.clear();
            if self.get_append(table, key, &mut value)? {
                values.push(at, &value)?;
            }
        }
        Ok(())
    }
}

/// The place where `multi_get` puts its values, and how it ended early, if it did.
struct Taken<'a, 'b> {
    values: &'a mut ValueSink<'b>,
    /// Whether the value of each key was given.
    given: Vec<bool>,
    none: bool,
    end: Option<End>,
}

impl Taken<'_, '_> {
    fn take(&mut self, at: usize, value: soch_bytes) -> Option<End> {
        match self.end.take() {
            None => {}
            Some(End::Caller(_)) => return Some(End::Violation("went on after the sink had ended the call")),
            earlier => return earlier,
        }
        self.none = false;
        match self.given.get_mut(at) {
            None => return Some(End::Violation("gave a value of a key that was not asked for")),
            Some(given) if *given => return Some(End::Violation("gave two values of one key")),
            Some(given) => *given = true,
        }
        // SAFETY: the plugin lends the value for the call.
        let Some(value) = (unsafe { value.get() }) else {
            return Some(End::Violation("gave a value at NULL with a length"));
        };
        pushed(|| self.values.push(at, value))
    }
}

unsafe extern "C" fn take_value(ctx: *mut c_void, at: usize, value: soch_bytes) -> soch_status {
    // SAFETY: the plugin passes the sink's context, which lives until `multi_get` returns.
    let taken = unsafe { &mut *ctx.cast::<Taken<'_, '_>>() };
    taken.end = taken.take(at, value);
    if taken.end.is_none() {
        SOCH_OK
    } else {
        SOCH_CANCELLED
    }
}
