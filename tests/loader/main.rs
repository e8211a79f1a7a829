//! What the trusted loader takes and refuses, as trust files, directories, needed libraries, limits and kernels are.

mod dependencies;
mod directories;
mod gate_proof;
mod homes;
mod limits;
mod namespaces;
mod poor_kernels;
mod static_tls;
mod trust_changes;
mod upgrades;
