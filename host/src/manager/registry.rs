//! The extensions of a manager, by name and in the order of registration. Calls no plugin.

use crate::base::kinds::Kinds;
use crate::handles::compression::Compression;
use crate::handles::index::Index;
use crate::handles::storage::Storage;
use crate::instance::Instance;
use crate::manager::error::ManagerError;
use crate::manager::registration::{Handles, Registration};
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{CompressionExtension, IndexExtension};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

#[derive(Default)]
pub(crate) struct Registry {
    pub(crate) shut: bool,
    last: u64,
    /// In the order of registration.
    entries: BTreeMap<u64, Entry>,
    names: HashMap<Arc<str>, Vec<u64>>,
    active_storage: Option<u64>,
}

/// One extension under one name.
pub(crate) struct Entry {
    pub(crate) name: Arc<str>,
    pub(crate) kinds: Kinds,
    instance: Arc<Instance>,
    handles: Handles,
}

impl Entry {
    fn new(name: Arc<str>, registration: Registration) -> Self {
        let Registration { instance, handles } = registration;
        let kinds = handles.kinds();
        Self { name, kinds, instance, handles }
    }

    pub(crate) fn is_of(&self, instance: &Instance) -> bool {
        std::ptr::eq(&*self.instance, instance)
    }

    pub(crate) fn instance(&self) -> &Arc<Instance> {
        &self.instance
    }

    /// Whether it is a sink that is nothing else and was shut down: nobody looks for it any more. One that panicked is listed.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.kinds == Kinds(SOCH_KIND_OBSERVABILITY) && is_over(&self.instance) && !self.instance.is_poisoned()
    }

    /// Whether nobody is served by it any more. One that is being replaced will be.
    fn has_ended(&self) -> bool {
        is_over(&self.instance)
    }
}

/// Whether an instance has ended, and no other one comes in its place.
fn is_over(instance: &Instance) -> bool {
    instance.has_ended() && !instance.is_succeeded()
}

impl Registry {
    /// Adds an extension under `name`, or under a name of its own. What has to go for that is in `gone`: free it when nobody
    /// is kept from the registry, as its end may look at that.
    ///
    /// # Errors
    /// [`ManagerError::Duplicate`], [`ManagerError::ShutDown`]; nothing is changed then.
    pub(crate) fn add(
        &mut self,
        name: Option<&str>,
        registration: Registration,
        gone: &mut Vec<Entry>,
    ) -> Result<(), ManagerError> {
        if self.shut {
            return Err(ManagerError::ShutDown);
        }
        gone.extend(self.forget_sinks());
        let kinds = registration.handles.kinds();
        let sink_alone = kinds == Kinds(SOCH_KIND_OBSERVABILITY);
        let chosen: Arc<str> = match name {
            Some(name) => name.into(),
            None if sink_alone => self.free_name(registration.own_name(), gone),
            None => registration.own_name().into(),
        };
        self.let_go_of_ended(&chosen, gone);
        let taken = |kinds: Kinds, name: &str, by: &Instance| {
            let kind = kinds.names().next().map_or("extension", what);
            let (plugin, instance) = (by.info.name.clone(), by.number);
            Err(ManagerError::Duplicate { kind, name: name.to_owned(), plugin, instance })
        };
        let twice = self.entries.values().find(|entry| {
            entry.is_of(&registration.instance) && (entry.kinds.0 & kinds.0 & SOCH_KIND_OBSERVABILITY != 0)
        });
        if let Some(entry) = twice {
            return taken(Kinds(SOCH_KIND_OBSERVABILITY), &entry.name, &entry.instance);
        }
        let same = self.named(&chosen).find(|entry| entry.kinds.0 & kinds.0 != 0 || entry.kinds.0 == 0 && kinds.0 == 0);
        if let Some(entry) = same {
            return taken(Kinds(entry.kinds.0 & kinds.0), &chosen, &entry.instance);
        }
        if let Some(codec) = registration.handles.compression.as_ref().filter(|_| name.is_none()) {
            let other = self.compression(codec.algorithm());
            if let Some(other) = other.filter(|other| !is_over(&other.instance)) {
                return taken(Kinds(SOCH_KIND_COMPRESSION), codec.algorithm(), &other.instance);
            }
        }

        let of_instance =
            self.entries.iter_mut().find(|(_, entry)| entry.name == chosen && entry.is_of(&registration.instance));
        let id = match of_instance {
            Some((id, entry)) => {
                entry.kinds.0 |= kinds.0;
                entry.handles = std::mem::take(&mut entry.handles).and(registration.handles);
                *id
            }
            None => {
                self.last += 1;
                self.names.entry(chosen.clone()).or_default().push(self.last);
                self.entries.insert(self.last, Entry::new(chosen, registration));
                self.last
            }
        };
        if kinds.0 & SOCH_KIND_STORAGE != 0 {
            let active = self.active_storage.filter(|active| !self.entries[active].has_ended());
            self.active_storage = active.or(Some(id));
        }
        Ok(())
    }

    /// Any number of sinks may have the same name of their own.
    fn free_name(&mut self, own: &str, gone: &mut Vec<Entry>) -> Arc<str> {
        self.let_go_of_ended(own, gone);
        let with_number = |number: u32| if number == 1 { own.to_owned() } else { format!("{own}-{number}") };
        let is_free = |name: &String| self.named(name).next().is_none();
        (1..).map(with_number).find(is_free).expect("there are more numbers than sinks").into()
    }

    /// Frees a name that only what ended has.
    fn let_go_of_ended(&mut self, name: &str, gone: &mut Vec<Entry>) {
        let ended: Vec<u64> = self.ids(name).iter().copied().filter(|id| self.entries[id].has_ended()).collect();
        gone.extend(ended.into_iter().filter_map(|id| self.remove_id(id)));
    }

    /// Takes out the sinks that are nothing else and were shut down.
    pub(crate) fn forget_sinks(&mut self) -> Vec<Entry> {
        let forgotten = self.entries.iter().filter(|(_, entry)| entry.is_forgotten());
        let forgotten: Vec<u64> = forgotten.map(|(id, _)| *id).collect();
        forgotten.into_iter().filter_map(|id| self.remove_id(id)).collect()
    }

    fn remove_id(&mut self, id: u64) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        if let Some(ids) = self.names.get_mut(&entry.name) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.names.remove(&entry.name);
            }
        }
        self.active_storage = self.active_storage.filter(|active| *active != id);
        Some(entry)
    }

    /// Takes all of this name out.
    pub(crate) fn remove(&mut self, name: &str) -> Vec<Arc<Instance>> {
        let ids = self.ids(name).to_vec();
        let instances = ids.iter().map(|id| self.entries[id].instance.clone()).collect();
        ids.into_iter().for_each(|id| drop(self.remove_id(id)));
        instances
    }

    /// Puts `new` where `old` is, under each of its names. False if it is nowhere.
    pub(crate) fn exchange(&mut self, old: &Instance, new: &Registration) -> bool {
        let mut found = false;
        for entry in self.entries.values_mut().filter(|entry| entry.is_of(old)) {
            let handles = Handles::all_of(&new.instance).only(entry.kinds);
            let registration = Registration { instance: new.instance.clone(), handles };
            *entry = Entry::new(entry.name.clone(), registration);
            found = true;
        }
        found
    }

    fn ids(&self, name: &str) -> &[u64] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Entry> {
        self.ids(name).iter().map(|id| &self.entries[id])
    }

    /// All, in the order of registration.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.values()
    }

    /// The first name of this instance.
    pub(crate) fn name_of(&self, instance: &Instance) -> Option<&str> {
        self.entries().find(|entry| entry.is_of(instance)).map(|entry| &*entry.name)
    }

    /// The instances, in the order of registration, each once.
    pub(crate) fn instances(&self) -> Vec<Arc<Instance>> {
        let mut instances: Vec<Arc<Instance>> = Vec::new();
        for Entry { instance, .. } in self.entries() {
            if !instances.iter().any(|other| Arc::ptr_eq(other, instance)) {
                instances.push(instance.clone());
            }
        }
        instances
    }

    pub(crate) fn set_active_storage(&mut self, name: &str) -> bool {
        let id = self.ids(name).iter().find(|id| self.entries[id].handles.storage.is_some()).copied();
        self.active_storage = id.or(self.active_storage);
        id.is_some()
    }

    pub(crate) fn active_storage(&self) -> Option<&Storage> {
        self.entries[&self.active_storage?].handles.storage.as_ref()
    }

    pub(crate) fn is_active(&self, entry: &Entry) -> bool {
        self.active_storage.is_some_and(|id| std::ptr::eq(&self.entries[&id], entry))
    }

    pub(crate) fn storage(&self, name: &str) -> Option<&Storage> {
        self.named(name).find_map(|entry| entry.handles.storage.as_ref())
    }

    /// By name, else the first of this type that takes calls, or the first of all.
    pub(crate) fn index(&self, name: &str) -> Option<&Index> {
        let named = self.named(name).find_map(|entry| entry.handles.index.as_ref());
        let of_type = || self.indexes().filter(|index| index.index_type() == name);
        named.or_else(|| of_type().find(|index| !is_over(&index.instance)).or_else(|| of_type().next()))
    }

    /// By name, else the first of this algorithm that takes calls, or the first of all.
    pub(crate) fn compression(&self, name: &str) -> Option<&Compression> {
        let named = self.named(name).find_map(|entry| entry.handles.compression.as_ref());
        let of_algorithm = || self.compressions().filter(|codec| codec.algorithm() == name);
        named.or_else(|| of_algorithm().find(|codec| !is_over(&codec.instance)).or_else(|| of_algorithm().next()))
    }

    pub(crate) fn indexes(&self) -> impl Iterator<Item = &Index> {
        self.entries.values().filter_map(|entry| entry.handles.index.as_ref())
    }

    pub(crate) fn compressions(&self) -> impl Iterator<Item = &Compression> {
        self.entries.values().filter_map(|entry| entry.handles.compression.as_ref())
    }

    /// The names of entries of these kinds, sorted, each once.
    pub(crate) fn names(&self, kinds: u32) -> Vec<String> {
        let of_kinds = self.entries.values().filter(|entry| entry.kinds.0 & kinds != 0 || kinds == u32::MAX);
        sorted(of_kinds.map(|entry| &*entry.name))
    }
}

/// The kind as errors name it.
fn what(kind: &'static str) -> &'static str {
    match kind {
        "observability" => "observability sink",
        other => other,
    }
}

/// Sorted, each once.
pub(crate) fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}
