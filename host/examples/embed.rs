//! Embeds all plugins of a directory: `cargo run -p sochdb-plugin-host --example embed -- /absolute/plugins /absolute/data`.
use sochdb_plugin_host::sdk::StorageExtension;
use sochdb_plugin_host::{DynamicPluginLoader, InstanceOptions, OnRefusal, PluginManager};
use std::{io::BufRead, path::Path};

fn serve(plugins: &Path, data: &Path, orders: impl BufRead) -> Result<(), Box<dyn std::error::Error>> {
    let loader = DynamicPluginLoader::new_trusted().product("example 1.0");
    let manager = PluginManager::new();
    // SAFETY: whoever wrote the directory's lock file trusts the plugins that it lists.
    for listed in unsafe { loader.load_dir(plugins, OnRefusal::LoadNone)? } {
        let library = listed.library?;
        let name = library.info().name.clone();
        let config = std::fs::read_to_string(data.join(format!("{name}.json"))).unwrap_or_default();
        let options = InstanceOptions::new().data_dir(data.join(&name)).memory_budget(64 << 20);
        manager.register_as(&name, library.instance_with(&config, &options)?)?;
    }
    // Any number of threads may have this: calls wait while the storage behind it is replaced, and go on with the next one.
    let loaded: Vec<_> = manager.extensions().iter().map(|one| format!("{} ({})", one.name, one.kinds)).collect();
    let rows = manager.storage().ok_or_else(|| format!("no storage is installed, only: {}", loaded.join(", ")))?;
    for (number, order) in (0_u64..).zip(orders.lines()) {
        rows.put(1, &number.to_be_bytes(), order?.as_bytes(), 0)?;
        // SAFETY: as above. Whoever installed a new version since has it loaded here; the same bytes are loaded once.
        for listed in unsafe { loader.load_dir(plugins, OnRefusal::LoadNone)? } {
            match manager.upgrade(&listed.library?, |_, _| Ok(())) {
                Ok(new) => new.iter().for_each(|one| println!("{}: calls waited {:?}", one.name, one.pause)),
                Err(refused) => eprintln!("{refused}"), // The old one serves on.
            }
        }
    }
    manager.extensions().iter().for_each(|one| println!("{} {}: {}", one.name, one.info.version, one.state));
    Ok(manager.shutdown_all()?)
}

fn main() {
    let [plugins, data] = [1, 2].map(|at| std::env::args_os().nth(at).unwrap_or_default());
    if let Err(error) = serve(plugins.as_ref(), data.as_ref(), std::io::stdin().lock()) {
        eprintln!("embed: {error}");
        std::process::exit(1);
    }
}
