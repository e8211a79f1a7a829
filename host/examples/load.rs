//! Loads a codec and uses it: `cargo run -p sochdb-plugin-host --example load -- /absolute/path/of/codec_xor.so`.
use sochdb_plugin_host::{sdk::CompressionExtension, DynamicPluginLoader};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("give the absolute path of a codec")?;
    let loader = DynamicPluginLoader::new_trusted();
    // SAFETY: whoever named the file trusts it.
    let library = unsafe { loader.load(path)? };
    let codec = library.instance("{}")?.compression()?;
    assert_eq!(codec.decompress(&codec.compress(b"hello")?)?, b"hello");
    println!("{} {} works", library.info().name, library.info().version);
    Ok(())
}
