//! The command `sochdb-plugin`: looks at plugins, decides on them, signs them and checks them.

fn main() -> std::process::ExitCode {
    sochdb_plugin_cli::run(None)
}
