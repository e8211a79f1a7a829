//! The steps of a load that have work of their own, each in the file of its name; what begins with the name of a step is a
//! part of it.

pub(crate) mod allow_list;
pub(crate) mod dependencies;
pub(crate) mod dependencies_asked;
pub(crate) mod dependencies_listed;
pub(crate) mod dependencies_missing;
pub(crate) mod dependencies_packages;
pub(crate) mod dependencies_search_path;
pub(crate) mod dependencies_system;
pub(crate) mod entry;
pub(crate) mod layout;
pub(crate) mod note;
pub(crate) mod note_manifest;
pub(crate) mod open;
pub(crate) mod probe;
pub(crate) mod trust;
pub(crate) mod trust_files;
pub(crate) mod trust_signed;
pub(crate) mod version;
mod version_defaults;
mod version_tables;
