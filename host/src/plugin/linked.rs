use crate::instance::describe;
use crate::loader::linked;
use crate::loader::step_runner::Steps;
use crate::plugin::instance_options::InstanceOptions;
use crate::plugin::loader::DynamicPluginLoader;
use crate::plugin::recipe::Source;
use crate::plugin::PluginInstance;
use crate::refusal::load_error::LoadError;
use sochdb_plugin_sdk::{ExtensionInfo, LinkedEntry};
use std::fmt;
use std::sync::Arc;

/// A plugin that is linked into the program. It makes instances as a [`PluginLibrary`](crate::PluginLibrary) does, and they
/// are the same in all: services, configuration, limits, kinds, capabilities, their place in a manager. Clones are the same
/// plugin. Only what is the program's own stays so: its panic hook hears of panics, with place and thread, and its loggers of
/// the events of the crates `log` and `tracing`. The host's log has the text of a panic that a call, or the end, came to;
/// one on a thread of the plugin's own is for the hook alone.
///
/// ```
/// mod codec_stored {
///     use sochdb_plugin_sdk::prelude::*;
///     pub struct Stored;
///     impl Plugin for Stored {
///         fn create(host: Host) -> Result<Self> {
///             host.log(LogLevel::Info, "it knows its host", &[]);
///             Ok(Self)
///         }
///     }
///     impl CompressionExtension for Stored {
///         fn algorithm(&self) -> &str { "stored" }
///         fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> { output.write(input) }
///         fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> { output.write(input) }
///     }
///     export_plugin!("codec_stored", Stored: compression);
/// }
/// use sochdb_plugin_host::{DynamicPluginLoader, PluginManager};
///
/// let (manager, loader) = (PluginManager::new(), DynamicPluginLoader::new().product("sochdb 2.1.0"));
/// manager.register_as("pages", loader.linked(codec_stored::SOCH_PLUGIN)?.instance("{}")?)?;
/// assert!(manager.compression("pages").is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct LinkedPlugin {
    pub(crate) source: Source,
}

impl DynamicPluginLoader {
    /// Takes a plugin that is linked into the program: the static `SOCH_PLUGIN` of a crate that says `export_plugin!`, or the
    /// entry of an object file in C. Nothing has to allow it but the program, of which it is a part: what trust files and the
    /// environment say is of files. Its instances get what the loader gives instances, and the observer is told of the steps
    /// `note`, `entry`, `layout`, `version` and `create`.
    ///
    /// Never blocks.
    ///
    /// Its `create`, `shutdown` and `destroy` run on threads of their own, so that it may start and end an async runtime
    /// whatever thread calls; for its other calls see [`blocking`](crate::blocking).
    ///
    /// # Errors
    /// Those of these steps: what was compiled for another ABI is refused as a file would be; [`Refusal::Forked`](crate::Refusal::Forked) in a child
    /// of fork.
    pub fn linked(&self, plugin: LinkedEntry) -> Result<LinkedPlugin, LoadError> {
        let mut observer = |outcome| self.context.tell(None, outcome);
        let mut steps = Steps::new(&mut observer, self.context.is_observed());
        let (entry, tables) = linked::check(plugin, &mut steps)?;
        let linked_at = Some(plugin.entry() as usize);
        Ok(LinkedPlugin {
            source: Source { entry: Arc::new(entry), tables, file: None, linked_at, context: self.context.clone() },
        })
    }
}

impl LinkedPlugin {
    /// Returns the plugin's name, version, author and capabilities.
    ///
    /// Never blocks.
    #[must_use]
    pub fn info(&self) -> &ExtensionInfo {
        &self.source.entry.info
    }

    /// Makes an instance, as [`PluginLibrary::instance`](crate::PluginLibrary::instance) does.
    ///
    /// Blocks until the plugin's `create` has returned, without a limit.
    ///
    /// # Errors
    /// [`Refusal::Create`](crate::Refusal::Create) with the plugin's text, and nothing is left behind; [`Refusal::Forked`](crate::Refusal::Forked) in a child of fork.
    pub fn instance(&self, config: &str) -> Result<PluginInstance, LoadError> {
        self.instance_with(config, &InstanceOptions::new())
    }

    /// Makes an instance that gets more than its configuration: a directory for its files, a budget of memory.
    ///
    /// Blocks until the plugin's `create` has returned, without a limit.
    ///
    /// # Errors
    /// Those of [`LinkedPlugin::instance`]; [`Refusal::Create`](crate::Refusal::Create) for a directory that is none and cannot be made.
    pub fn instance_with(&self, config: &str, options: &InstanceOptions) -> Result<PluginInstance, LoadError> {
        Ok(PluginInstance { instance: self.source.make(config, options)? })
    }
}

impl fmt::Debug for LinkedPlugin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe(formatter, "LinkedPlugin", self.info())
    }
}
