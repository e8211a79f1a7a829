//! The making of an instance, from a library or from what is linked in, and what it takes to make the same one again.

use crate::base::escape::printable;
use crate::instance::host_services::HostServices;
use crate::instance::host_side::HostSide;
use crate::instance::limits::Limits;
use crate::instance::untold;
use crate::instance::{Instance, Lifecycle, Origin, Tables};
use crate::loader::audit::emit_changes;
use crate::loader::file_origin::FileOrigin;
use crate::loader::library::Library;
use crate::loader::plugin_entry::Entry;
use crate::loader::step_runner::Steps;
use crate::plugin::instance_options::InstanceOptions;
use crate::plugin::own_thread;
use crate::refusal::load_error::LoadError;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::{Step, StepOutcome};
use crate::sync::call_gate::live;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::boundary::error_text;
use sochdb_plugin_sdk::machinery::panics;
use sochdb_plugin_sdk::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The part of a loader that the instances of its plugins get.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) services: Arc<dyn HostServices>,
    pub(crate) product: String,
    pub(crate) limits: Limits,
    pub(crate) restoring: bool,
    pub(crate) observer: Option<Arc<dyn Fn(StepOutcome) + Send + Sync>>,
    #[cfg(feature = "recorder")]
    pub(crate) recorder: Option<Arc<dyn crate::loader::recorded::CallRecorder>>,
}

impl Context {
    /// Whether anybody wants to know how steps end.
    pub(crate) fn is_observed(&self) -> bool {
        self.observer.is_some()
    }

    /// Tells how a step ended of the file at `path`; None if the plugin is linked in.
    pub(crate) fn tell(&self, path: Option<&Path>, outcome: StepOutcome) {
        if let Some(observer) = &self.observer {
            observer(StepOutcome { path: path.map(Path::to_owned), ..outcome });
        }
    }
}

/// A plugin that makes instances: its code is in memory, and was checked.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) entry: Arc<Entry>,
    pub(crate) tables: Tables,
    /// The file of its load and what was mapped; None if it is linked in.
    pub(crate) file: Option<(Arc<FileOrigin>, &'static Library)>,
    /// The address of the entry of a plugin that is linked in.
    pub(crate) linked_at: Option<usize>,
    pub(crate) context: Arc<Context>,
}

impl Source {
    pub(crate) fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|(place, _)| &*place.path)
    }

    /// Whether both are the same code, as the same load, the same bytes or the same entry in the program found it.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.entry, &other.entry) || self.linked_at.is_some() && self.linked_at == other.linked_at
    }

    /// Makes an instance.
    ///
    /// # Errors
    /// [`Refusal::Create`] with the plugin's text, and nothing is left behind; [`Refusal::Forked`].
    pub(crate) fn make(&self, config: &str, options: &InstanceOptions) -> Result<Arc<Instance>, LoadError> {
        let words = |_: &Arc<Instance>| "an instance was made".to_owned();
        let made = || self.create(config, options).map(|instance| (instance, words));
        let (mut observer, mut changes) = (|outcome| self.context.tell(self.path(), outcome), Vec::new());
        let mut steps = Steps::new(&mut observer, self.context.is_observed());
        let made = steps.run_its_code(Step::Create, self.context.restoring, &mut changes, made);
        if let Some((place, library)) = &self.file {
            let info = &self.entry.info;
            emit_changes(&place.path, &library.digest, &info.name, &info.version, &changes);
        }
        made.map_err(|refusal| LoadError::new(refusal, self.path(), Some(&self.entry.info.name)))
    }

    fn create(&self, config: &str, options: &InstanceOptions) -> Result<Arc<Instance>, Refusal> {
        if live::is_child() {
            return Err(Refusal::Forked);
        }
        let config = if config.is_empty() { "{}" } else { config };
        if self.file.is_none() {
            panics::leave_to_the_program(untold::keep);
        }
        let (entry, context) = (&self.entry, &self.context);
        let name = &entry.info.name;
        let refused = |kind: ErrorKind, message: String| Refusal::Create { plugin: name.clone(), kind, message };
        let side = HostSide::new(
            context.services.clone(),
            name,
            &context.product,
            &self.directory(),
            options.make_data_dir().map_err(|(kind, why)| refused(kind, why))?,
            options.budget(),
            entry.abi_minor,
        );
        let mut pointer: *mut c_void = std::ptr::null_mut();
        if let Some(create) = entry.raw.create {
            let mut error = soch_error::empty();
            let (host, place, why) = (side.raw(), &raw mut pointer, &raw mut error);
            // SAFETY: the plugin's function, with a host that lives until `destroy`, and all else lent for the call.
            let call = || unsafe { create(host, soch_str::lend(config), place, why) };
            let status = match &self.file {
                Some(_) => call(),
                // SAFETY: the contract lets any thread call `create`, and what is lent to it stays until it has returned.
                None => unsafe { own_thread::run(call) },
            };
            if status != SOCH_OK {
                let text = match error_text(&error) {
                    text if text.is_empty() => format!("`create` returned status {status} without a text"),
                    text => text.into_owned(),
                };
                return Err(refused(ErrorKind::from_status(status), text));
            }
        }
        let lifecycle = Lifecycle {
            shutdown: entry.raw.shutdown,
            destroy: entry.raw.destroy,
            get_interface: entry.raw.get_interface,
        };
        let recipe = Recipe { source: self.clone(), config: config.to_owned(), options: options.clone() };
        let origin = Origin::Entry { side, recipe: Box::new(recipe), path: self.path().map(Path::to_owned) };
        let tables = self.tables();
        // SAFETY: `create` of this entry just made the instance.
        let instance = unsafe { Instance::new(pointer, tables, lifecycle, entry.info.clone(), context.limits, origin) };
        let instance = instance.map_err(|error| {
            let text = error.to_string();
            // The refusal says the name already.
            let text = text.strip_prefix(&*printable(&format!("{name}: "))).unwrap_or(&text);
            refused(error.kind(), text.to_owned())
        })?;
        Ok(Arc::new(instance))
    }

    /// The tables of an instance.
    fn tables(&self) -> Tables {
        #[cfg(feature = "recorder")]
        if let Some(recorder) = &self.context.recorder {
            let mut tables = self.tables;
            crate::loader::recorded::record(&mut tables, Arc::as_ptr(&self.entry) as usize, recorder);
            return tables;
        }
        self.tables
    }

    /// The directory of the file that the plugin's code is in; empty if the system does not say which file runs.
    fn directory(&self) -> PathBuf {
        match &self.file {
            Some((place, _)) => place.directory.clone(),
            None => {
                std::env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned())).unwrap_or_default()
            }
        }
    }
}

/// The things from which an instance was made, so that the same, or another version, can be made again.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub(crate) source: Source,
    pub(crate) config: String,
    pub(crate) options: InstanceOptions,
}

impl Recipe {
    /// None for a value of the application, which only the application can make.
    pub(crate) fn of(instance: &Instance) -> Option<&Self> {
        match &*instance.origin {
            Origin::Entry { recipe, .. } => recipe.downcast_ref(),
            Origin::Value { .. } => None,
        }
    }

    /// The same from another source.
    pub(crate) fn of_version(&self, source: &Source) -> Self {
        Self { source: source.clone(), ..self.clone() }
    }

    pub(crate) fn make(&self) -> Result<Arc<Instance>, LoadError> {
        self.source.make(&self.config, &self.options)
    }
}
