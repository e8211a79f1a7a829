//! Embeds all plugins of a directory: `cargo run -p sochdb-plugin-host --example embed -- /absolute/plugins /absolute/data`.
use sochdb_plugin_host::sdk::StorageExtension;
use sochdb_plugin_host::{DynamicPluginLoader, InstanceOptions, ManagerError, OnRefusal, PluginManager};
use std::{error::Error, fs, io::BufRead, iter::once, path::PathBuf};

fn reload(loader: &DynamicPluginLoader, manager: &PluginManager, at: &[PathBuf; 2]) -> Result<(), Box<dyn Error>> {
    // SAFETY: whoever wrote the directory's lock file trusts the plugins that it lists.
    for listed in unsafe { loader.load_dir(&at[0], OnRefusal::LoadOthers)? } {
        let Ok(library) = listed.library.inspect_err(|refused| eprintln!("{refused}")) else { continue };
        let name = &library.info().name;
        match manager.upgrade(&library, |_, new| new.storage().map_or(Ok(()), |rows| rows.flush().map_err(Into::into)))
        {
            Ok(new) => new.iter().for_each(|one| println!("{}: calls waited {:?}", one.name, one.pause)),
            Err(ManagerError::Unknown { .. }) => {
                let config = at[1].join(format!("{name}.json"));
                let config = if config.exists() { fs::read_to_string(config)? } else { String::new() };
                let options = InstanceOptions::new().data_dir(at[1].join(name)).memory_budget(64 << 20);
                manager.register_as(name, library.instance_with(&config, &options)?)?;
            }
            Err(refused) => eprintln!("{refused}"), // The old one serves on.
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let paths = [1, 2].map(|at| std::env::args_os().nth(at).map(PathBuf::from).unwrap_or_default());
    let manager = PluginManager::new(); // Its sinks get what plugins log, and what they count is among its metrics.
    let loader = DynamicPluginLoader::new_trusted().product("example 1.0").services(manager.services());
    for (number, order) in (0_u64..).zip(once(Ok("reload".to_owned())).chain(std::io::stdin().lock().lines())) {
        let done = match (&*order?, manager.storage()) {
            ("reload", _) => reload(&loader, &manager, &paths),
            (order, Some(rows)) => rows.put(1, &number.to_be_bytes(), order.as_bytes(), 0).map_err(Into::into),
            (_, None) => Err("no storage is installed: install one, and say `reload`".into()),
        };
        done.unwrap_or_else(|e| eprintln!("{e}{}", e.source().map_or(String::new(), |why| format!(": {why}"))));
    }
    manager.extensions().iter().for_each(|one| println!("{} {}: {}", one.name, one.info.version, one.state));
    Ok(manager.shutdown_all()?)
}
