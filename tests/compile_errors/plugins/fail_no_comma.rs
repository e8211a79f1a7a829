//! Two kinds without a comma.
//~ error: write `export_plugin!(Type: kind);` or `export_plugin!("name", Type: kind, kind; "id" => TABLE);`
//~ export_plugin!(Xor: compression storage)
use sochdb_plugin_sdk::prelude::*;

pub struct Xor;

impl Plugin for Xor {
    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }
}

export_plugin!(Xor: compression storage);
