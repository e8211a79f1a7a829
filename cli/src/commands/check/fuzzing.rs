//! `check --fuzz`: sequences of operations that a seed draws and a model does too, until one shows a mistake. That one is made
//! as short and simple as trying finds, each try in a process of its own, and written as a test in C and in Rust.

use crate::commands::check::child::{self, Places};
use crate::commands::check::drawn::{self, Noted, SEQUENCES};
use crate::commands::check::outcome::{Left, Outcome, Tested};
use crate::commands::check::process;
use crate::commands::check::runs::{self, Checked};
use crate::commands::check::surroundings;
use crate::output::failure::Failure;
use crate::output::Output;
use serde_json::{json, Value};
use sochdb_plugin_conformance::{FuzzCase, Kind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The kinds of plugins for which there are any.
const KINDS: [Kind; 4] = [Kind::Storage, Kind::Index, Kind::Compression, Kind::Observability];
/// The time that one sequence may take.
const LIMIT: Duration = Duration::from_secs(20);
/// The time that one that fails is worth, to make it shorter: each try of one that hangs takes the whole limit.
const SHRINKING: Duration = Duration::from_secs(120);

/// What is drawn.
#[derive(clap::Args)]
#[command(next_help_heading = "Sequences of operations")]
pub(crate) struct Fuzzing {
    /// In place of the tests, run random sequences of operations for so long; one that fails is made short and printed
    ///
    /// --seed and the next seeds draw them.
    #[arg(long, value_name = "SECONDS", group = "sequences", value_parser = clap::value_parser!(u64).range(1..=86_400 * 30))]
    fuzz: Option<u64>,
    /// In place of the tests, run this one sequence, which --fuzz or a test named
    #[arg(long, value_name = "SEQUENCE", group = "sequences", hide_short_help = true)]
    fuzz_case: Option<FuzzCase>,
    /// Write a sequence that fails to this directory, as a test in C and one in Rust
    #[arg(long, value_name = "DIR", requires = "sequences", hide_short_help = true)]
    out: Option<PathBuf>,
}

/// Runs what is wanted; None if that is not sequences.
pub(crate) fn run(out: &Output, wanted: &Fuzzing, checked: &Checked<'_>, kinds: u32) -> Result<Option<bool>, Failure> {
    let of_kinds = |kind: &Kind| kind.bit().is_some_and(|bit| kinds & bit != 0);
    let (cases, seconds): (Vec<FuzzCase>, u64) = match (&wanted.fuzz_case, wanted.fuzz) {
        (Some(case), _) => (vec![case.clone()], 0),
        (None, Some(seconds)) => {
            let of_kind = |kind: Kind| FuzzCase::of_kind(kind, checked.subject.seed);
            (KINDS.into_iter().filter(of_kinds).flat_map(of_kind).collect(), seconds)
        }
        (None, None) => return Ok(None),
    };
    if let Some(other) = cases.iter().find(|case| !of_kinds(&case.kind())) {
        return Err(Failure::usage(format!("{other} is for another kind of plugin")));
    }
    if cases.is_empty() {
        return Err(Failure::usage("no sequences are drawn for this kind of plugin"));
    }
    let room = runs::room()?;
    let drawing = Drawing { checked, room: room.path(), place: wanted.out.as_deref() };
    let (mut all, mut passed) = (Vec::new(), true);
    let (begin, time, mut left) = (Instant::now(), Duration::from_secs(seconds), cases.len() as u32);
    for case in cases {
        // Those that have nothing to look at leave their time to the others.
        let told = drawing.report(out, &case, time.saturating_sub(begin.elapsed()) / left)?;
        left -= 1;
        passed &= told["ok"] == true;
        all.push(told);
    }
    // Of a kind that has several sorts of plugins, the others say nothing of this one.
    if let Some(why) = all.iter().map(|told| told["skipped"].as_str()).reduce(|all, one| all.and(one)).flatten() {
        out.line(format!("  skipped: {why}"));
    }
    out.object(&json!({ "sequences": all }));
    Ok(Some(passed))
}

/// How a process ended that ran sequences.
struct Ran {
    outcome: Outcome,
    /// The last sequence, and of each of its operations that was done whether it was accepted.
    last: FuzzCase,
    accepted: Vec<bool>,
}

struct Drawing<'a> {
    checked: &'a Checked<'a>,
    room: &'a Path,
    /// Where to write what fails.
    place: Option<&'a Path>,
}

impl Drawing<'_> {
    /// Runs sequences from one on in a process, for so long.
    fn ran(&self, case: &FuzzCase, time: Duration) -> Result<Ran, Failure> {
        // By its name it is the suite's own, and nothing that a plugin left.
        let (places, file) = (Places::in_directory(self.room), self.room.join("sochdb-check-sequence"));
        let limit = time + LIMIT;
        let test = drawn::asked(case, time, &file);
        let mut command = child::command(self.checked.file, &test, self.checked.subject, &places)?;
        surroundings::set_temporary(&mut command, self.room);
        let finished =
            process::run(&mut command, limit, || None).map_err(|error| format!("cannot run a sequence: {error}"))?;
        let outcome = Tested::new(SEQUENCES, finished, Left::take(&places, self.checked.file), limit).outcome;
        let Noted { last, accepted } = drawn::take(&file);
        Ok(Ran { outcome, last: last.unwrap_or_else(|| case.clone()), accepted })
    }

    /// Draws sequences, and tells what they showed.
    fn report(&self, out: &Output, first: &FuzzCase, time: Duration) -> Result<Value, Failure> {
        let ran = self.ran(first, time)?;
        if ran.outcome.is_good() {
            let skipped = ran.outcome.reason();
            let count = ran.last.seed().wrapping_sub(first.seed()) + 1;
            let told = json!({ "ok": true, "count": count, "skipped": skipped });
            if skipped.is_none() {
                out.line(format!("  {first}: {count} sequences, and each ends as the model does"));
            }
            return Ok(told);
        }
        out.line(format!("  {} {}; it is made shorter", ran.last, ran.outcome.word()));
        let begin = Instant::now();
        let fails = |case: &FuzzCase| {
            begin.elapsed() < SHRINKING && self.ran(case, Duration::ZERO).is_ok_and(|ran| !ran.outcome.is_good())
        };
        // What fails once and not again is told as it was.
        let shown = if fails(&ran.last) { self.ran(&ran.last.shrunk(fails), Duration::ZERO)? } else { ran };
        let (case, config) = (&shown.last, self.checked.subject.config());
        let why = shown.outcome.reason().unwrap_or("it passes now, alone").to_owned();
        let texts = [
            ("c", case.in_c(self.checked.file, config, &shown.accepted)),
            ("rs", case.in_rust(self.checked.file, config, &shown.accepted)),
        ];
        let files = self.written(case, &texts)?;
        let told = json!({
            "ok": false, "sequence": case.to_string(), "operations": case.operations_left(), "outcome": shown.outcome.word(), "why": why,
            "files": files, "in_c": texts[0].1, "in_rust": texts[1].1,
        });
        out.line(out.paint.bad(format!("  {}: {why}", shown.outcome.word())));
        out.line(format!("  {} operations are left of it, --fuzz-case {case}:", case.operations_left()));
        out.whole(case.calls_in_rust(&shown.accepted).trim_end());
        out.line(match &files[..] {
            [] => "  --out DIR writes it there as a test in C and one in Rust".to_owned(),
            files => format!("  it is a test in {}", files.join(" and in ")),
        });
        Ok(told)
    }

    /// Writes the tests where that is wanted, and gives their names.
    fn written(&self, case: &FuzzCase, texts: &[(&str, String)]) -> Result<Vec<String>, Failure> {
        let Some(place) = self.place else { return Ok(Vec::new()) };
        std::fs::create_dir_all(place).map_err(|error| Failure::unwritable(place, &error))?;
        let write = |(extension, text): &(&str, String)| {
            let file = place.join(format!("found-{}.{extension}", case.seed()));
            std::fs::write(&file, text).map_err(|error| Failure::unwritable(&file, &error))?;
            Ok(file.to_string_lossy().into_owned())
        };
        texts.iter().map(write).collect()
    }
}
