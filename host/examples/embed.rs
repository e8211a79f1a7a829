//! Embeds all plugins of a directory: `cargo run -p sochdb-plugin-host --example embed -- /absolute/plugins /absolute/data`.
use sochdb_plugin_host::{sdk::StorageExtension, *};
use std::{error::Error, fs, io::BufRead, path::Path, path::PathBuf};

fn begin(manager: &PluginManager, listed: Listed, data: &Path) -> Result<(), Box<dyn Error>> {
    let library = listed.library?;
    let name = &library.info().name;
    let upgraded = manager.upgrade(&library, |_, new| new.storage().map_or(Ok(()), |rows| Ok(rows.flush()?)));
    if !matches!(upgraded, Err(ManagerError::Unknown { .. })) {
        upgraded?.iter().for_each(|new| println!("{}: calls waited {:?}", new.name, new.pause));
        return Ok(()); // Else the old one serves on.
    }
    let config = data.join(format!("{name}.json"));
    let config = if config.exists() { fs::read_to_string(config)? } else { String::new() };
    let options = InstanceOptions::new().data_dir(data.join(name)).memory_budget(64 << 20);
    Ok(manager.register_as(name, library.instance_with(&config, &options)?)?)
}

fn tell(done: Result<(), Box<dyn Error>>) {
    done.unwrap_or_else(|e| eprintln!("{e:?}")); // With the code, what to do, and why.
}

fn main() -> Result<(), Box<dyn Error>> {
    let [plugins, data] = [1, 2].map(|at| std::env::args_os().nth(at).map(PathBuf::from).unwrap_or_default());
    let manager = PluginManager::new(); // Its sinks get what plugins log, and what they count is among its metrics.
    let loader = DynamicPluginLoader::new_trusted().product("example 1.0").services(manager.services());
    // SAFETY: whoever wrote the directory's lock file trusts the plugins that it lists.
    let load = || unsafe { loader.load_dir(&plugins, OnRefusal::LoadOthers) };
    let begin = |listed| tell(begin(&manager, listed, &data));
    load()?.into_iter().for_each(begin);
    for (number, order) in (1_u64..).zip(std::io::stdin().lock().lines()) {
        match (&*order?, manager.storage()) {
            ("reload", _) => load().map_or_else(|e| tell(Err(e.into())), |all| all.into_iter().for_each(begin)),
            (order, Some(rows)) => tell(rows.put(1, &number.to_be_bytes(), order.as_bytes(), 0).map_err(Into::into)),
            (_, None) => eprintln!("no storage is installed: install one, and say `reload`"),
        }
    }
    manager.extensions().iter().for_each(|one| println!("{} {}: {}", one.name, one.info.version, one.state));
    Ok(manager.shutdown_all()?)
}
