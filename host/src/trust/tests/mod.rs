//! Files of an operator that say what they may, and those that do not.

mod places;
mod refusals;
mod robust;
mod round_trips;
mod rules;
mod signatures;

const DIGEST: &str = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
