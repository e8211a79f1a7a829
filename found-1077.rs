//! The calls below of a plugin fail where it does not do what the contract says. `sochdb-plugin check --fuzz` wrote them. It is
//! a test of a crate that has sochdb-plugin-host among its dependencies.
#![allow(dead_code, unused_imports, unused_mut, unused_variables)]

use sochdb_plugin_host::sdk::*;
use sochdb_plugin_host::*;

fn same(len: usize, first: u8) -> Vec<u8> {
    vec![first; len]
}

fn pattern(len: usize, first: u8) -> Vec<u8> {
    (0..len).map(|at| first.wrapping_add((at * 7 + (at >> 8)) as u8)).collect()
}

fn noise(len: usize, first: u8) -> Vec<u8> {
    let mut state = u32::from(first) << 24;
    let mut next = || {
        let byte = (state >> 24) as u8;
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        byte
    };
    (0..len).map(|_| next()).collect()
}

fn directory() -> std::path::PathBuf {
    let directory = std::env::temp_dir().join(format!("found-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    directory
}

fn library() -> PluginLibrary {
    let file = std::env::var("PLUGIN").unwrap_or_else(|_| PLUGIN.to_owned());
    // SAFETY: whoever runs the test trusts the plugin.
    unsafe { DynamicPluginLoader::new_trusted().load(file) }.expect("it loads")
}

fn plugin(library: &PluginLibrary) -> PluginInstance {
    let directory = directory();
    let config = CONFIG.replace("{dir}", directory.to_str().expect("a path in UTF-8"));
    let options = InstanceOptions::new().data_dir(directory.join("data_dir"));
    library.instance_with(&config, &options).expect("an instance")
}

const PLUGIN: &str = "/tmp/sochdb-test-ILPpB4/storage_memory.so";
const CONFIG: &str = "{}";

type Row = (Vec<u8>, Vec<u8>);

fn made(library: &PluginLibrary) -> Storage {
    plugin(library).storage().expect("it is a storage")
}

fn row(key: &[u8], value: &[u8]) -> Row {
    (key.to_vec(), value.to_vec())
}

fn closed<T>(open: Option<T>) -> Result<()> {
    drop(open);
    Ok(())
}

fn begin(storage: &Storage) -> Result<Transaction> {
    storage.begin(&TransactionOptions::new().with_wait(std::time::Duration::ZERO))
}

fn table_get(storage: &Storage, table: u32, key: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut value = Vec::new();
    Ok(storage.open_table(table)?.get_append(key, &mut value)?.then_some(value))
}

fn fill(storage: &Storage, table: u32, count: u16) -> Result<()> {
    let key = |number: u16| [0x40, number.to_be_bytes()[0], number.to_be_bytes()[1]];
    (0..count).try_for_each(|number| storage.put(table, &key(number), &[number as u8], 0))
}

fn walk(reader: &Reader, table: u32, options: &CursorOptions<'_>, seek: Option<&[u8]>) -> Result<Vec<Row>> {
    let mut cursor = reader.cursor(table, options)?;
    if let Some(key) = seek {
        cursor.seek(key)?;
    }
    let mut rows = Vec::new();
    loop {
        let batch = cursor.next_batch()?;
        if batch.len() == 0 {
            return Ok(rows);
        }
        rows.extend(batch.map(|(key, value)| (key.to_vec(), value.to_vec())));
    }
}

#[test]
fn it_does_what_the_contract_says() {
    let library = library();
    let storage = made(&library);
    let mut readers: [Option<Reader>; 3] = Default::default();
    let mut txns: [Option<Transaction>; 3] = Default::default();
    storage.put(1, &b"\x61"[..], &b"\x61"[..], 0).expect("step 0");
    begin(&storage).map(|made| txns[0] = Some(made)).expect("step 1");
    txns[0].as_mut().unwrap().delete(1, &b"\x61"[..]).expect("step 2");
    assert_eq!(txns[0].as_mut().unwrap().get(1, &b"\x61"[..]).expect("step 3"), None, "step 3");
}
