//! What a call across the boundary costs, beside the same work without it.
//!
//! `cargo bench --bench boundary` builds the plugins that it needs, runs all rows, prints one table, and writes it to the
//! folder `benchmarks` in the target directory. Beside that folder, `benchmarks.md` and `benchmarks.json` join it with those
//! of `storage`, `index` and `vectors`. `cargo bench --bench boundary -- zstd` repeats the rows
//! with that word, and prints theirs only. Without `--bench`, as under `cargo test --benches`, each row runs once. Nothing
//! is asserted: times depend on the machine.
//!
//! To add a row, write one statement in the file of its subject:
//!
//! ```ignore
//! let mut group = frame.group("get of 256 bytes", Clock::Thread);
//! group.row("trait object into a new vector", move |at| { black_box(object.get(1, &keys[at as usize % COUNT])); at + 1 });
//! group.row("plugin into a kept buffer", move |at| { black_box(storage.get_into(1, &keys[at as usize % COUNT], &mut kept)); at + 1 });
//! ```
//!
//! The first row of a group is its base, which every other is timed in pairs with (see `frame`). A step gets what the one
//! before it returned, in a register: chain calls with it, or count. What the step owns is read from memory each time, so
//! capture what a caller would hold, and give `black_box` the results that nothing else uses. A step that a row repeats
//! for a whole chunk at a time, on threads or in processes of its own, goes to `timed`.

mod compression;
mod flat_scans;
mod metrics;
mod threads;

use bench_support::frame::{Clock, Frame};

fn main() {
    let mut frame = Frame::new("boundary");
    bench_calls::each(&mut frame.group("call", Clock::Thread));
    threads::add(&mut frame);
    flat_scans::add(&mut frame);
    metrics::add(&mut frame);
    bench_calls::events::each(&mut frame.group("line of a plugin to a manager with 1 sink", Clock::Thread));
    compression::add(&mut frame);
    frame.finish();
}
