//! Tests of many keys that are found by one call. Of a storage without it, the host asks key by key.

use crate::frame::must::{ensure, needed, show, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::refusing::refusing_values;
use sochdb_plugin_host::sdk::abi::{soch_bytes, SOCH_DENIED, SOCH_OK, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::{Error, ErrorKind, StorageExtension, ValueSink};
use sochdb_plugin_host::Storage;

suite!(Storage, "storage_multi_get":
    many_keys_are_found_as_get_finds_them,
    keys_of_every_number_have_answers,
    a_sink_that_wants_no_more_ends_it,
);

/// Sees that each of `keys` is found as `get` finds it.
fn agree(storage: &Storage, table: u32, keys: &[&[u8]]) -> Result<(), NotPassed> {
    let found = storage.multi_get(table, keys).must("multi_get")?;
    ensure!(found.len() == keys.len(), "{} keys have {} answers", keys.len(), found.len());
    for (at, (key, found)) in keys.iter().zip(found).enumerate() {
        let alone = storage.get(table, key).must("get")?;
        ensure!(
            found == alone,
            "the value of key {at} of {}, {}, has {:?} bytes by multi_get, or other ones, where it has {:?} by get",
            keys.len(),
            show(key),
            found.map(|value| value.len()),
            alone.map(|value| value.len())
        );
    }
    Ok(())
}

fn many_keys_are_found_as_get_finds_them(subject: &Subject) -> Result<(), NotPassed> {
    const KEYS: u32 = 700;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let all: Vec<[u8; 4]> = (0..KEYS).map(u32::to_be_bytes).collect();
    let mut keys: Vec<&[u8]> = all.iter().map(|key| &key[..]).collect();
    agree(storage, 1, &keys)?;
    for (number, key) in keys.iter().enumerate().filter(|(number, _)| number % 3 > 0) {
        storage.put(1, key, &vec![number as u8; number % 40 * (number % 7)], 0).must("put")?;
        storage.put(2, key, b"of another table", 0).must("put")?;
    }
    storage.put(1, keys[4], &[7; 70_000], 0).must("put")?;
    storage.put(1, keys[8], b"", 0).must("put")?;
    storage.delete(1, keys[10], 0).must("delete")?;
    agree(storage, 1, &keys)?;
    // In no order, with some of them twice and some beside each other that are not there.
    keys.sort_by_key(|key| u32::from_be_bytes((*key).try_into().expect("4 bytes")).wrapping_mul(0x9E37_79B1));
    keys.extend_from_within(..100);
    agree(storage, 1, &keys)?;
    for (count, table) in [(0, 1), (1, 1), (2, 1), (99, 2), (64, 7)] {
        agree(storage, table, &keys[..count])?;
    }
    agree(storage, 1, &[keys[0]; 3])?;
    // One that is there, beside itself.
    agree(storage, 1, &[&all[5], &all[5], &all[7], &all[5], &all[5]])?;
    agree(storage, 1, &[b"a key with other keys before it", b"\xFF", keys[4], b"a"])
}

/// Of more keys than a buffer, or a number of 16 bits, has room for. Where the host asks key by key, nothing is kept of them.
fn keys_of_every_number_have_answers(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: usize = 50;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let own =
        storage.alone("multi_get", |table, _, _| if table.multi_get.is_some() { SOCH_OK } else { SOCH_UNSUPPORTED });
    needed("multi_get", own)?;
    let all: Vec<[u8; 4]> = (0..2 * ROWS as u32).map(u32::to_be_bytes).collect();
    all[..ROWS].iter().try_for_each(|key| storage.put(1, key, key, 0).must("put"))?;
    for count in [255, 256, 257, 1000, 1001, 4096, 4097, 10_001, 65_535, 65_536, 65_537] {
        // Each second one is there, and so is the last one.
        let place = |at: usize| ((count - 1 - at) % 2) * ROWS + at % ROWS;
        let keys: Vec<&[u8]> = (0..count).map(|at| &all[place(at)][..]).collect();
        let found = storage.multi_get(1, &keys).must(&format!("multi_get of {count} keys"))?;
        ensure!(found.len() == count, "{count} keys have {} answers", found.len());
        for (at, (key, found)) in keys.iter().zip(found).enumerate() {
            let wanted = (place(at) < ROWS).then_some(*key);
            ensure!(
                found.as_deref() == wanted,
                "the value of key {at} of {count} is {found:02x?}, where get finds {wanted:02x?}"
            );
        }
    }
    Ok(())
}

fn a_sink_that_wants_no_more_ends_it(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let all: Vec<[u8; 4]> = (0..300).map(u32::to_be_bytes).collect();
    let keys: Vec<&[u8]> = all.iter().map(|key| &key[..]).collect();
    keys.iter().try_for_each(|key| storage.put(1, key, key, 0).must("put"))?;
    for (enough, kind) in [(1, ErrorKind::Cancelled), (2, ErrorKind::Limit), (299, ErrorKind::Io)] {
        let mut taken = 0;
        let mut take = |_: usize, _: &[u8]| {
            taken += 1;
            if taken < enough {
                Ok(())
            } else {
                Err(Error::new(kind, "enough"))
            }
        };
        let ended = storage.multi_get_into(1, &keys, &mut ValueSink::new(&mut take));
        let found = ended.as_ref().err().map(|error| error.kind());
        ensure!(
            found == Some(kind) && taken == enough,
            "a multi_get whose sink said {kind:?} at value {enough} gave it {taken} values and {ended:?}"
        );
        // Whatever it held of its own, others get in.
        storage.put(1, keys[0], keys[0], 0).must("put after a multi_get that its sink ended")?;
        agree(storage, 1, &keys)?;
    }
    let (raw, values): (Vec<_>, _) = (keys.iter().map(|key| soch_bytes::lend(key)).collect(), refusing_values());
    let handed_on = storage.alone("multi_get", |table, instance, error| match table.multi_get {
        // SAFETY: the plugin's function on its own instance; all is lent for the call.
        Some(multi_get) => unsafe { multi_get(instance, std::ptr::null(), 1, raw.as_ptr(), raw.len(), &values, error) },
        None => SOCH_DENIED,
    });
    let kind = handed_on.err().map(|error| error.kind());
    let right = matches!(kind, Some(ErrorKind::Denied | ErrorKind::Unsupported));
    ensure!(right, "multi_get gave {kind:?} where its sink said SOCH_DENIED: return that as it is (Status)");
    Ok(())
}
