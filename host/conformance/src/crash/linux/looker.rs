//! Looks at what is in a directory, by an instance in a process that did not write it.

use crate::crash::linux::child::Request;
use crate::crash::linux::patience::Patience;
use crate::crash::linux::supervised::{crashed, start, Held};
use crate::crash::linux::talk::Talk;
use crate::crash::promise::Promise;
use crate::frame::subject::Subject;
use std::path::Path;

/// One process looks so often.
const LOOKS: u32 = 50;

/// The content of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// All that is there, in lines.
    Seen(Vec<String>),
    /// No instance could be made, for this reason.
    Refused(String),
    /// A thing is wrong that can be seen without knowing what was written.
    Broken(String),
}

/// A process that looks, and is made anew now and then.
pub(crate) struct Looker<'a> {
    subject: &'a Subject,
    child: Option<(Held, Talk)>,
    looks: u32,
}

impl<'a> Looker<'a> {
    pub(crate) fn new(subject: &'a Subject) -> Self {
        Self { subject, child: None, looks: 0 }
    }

    /// Looks at what is in `directory`, and once more: what the first look wrote, to see that it goes on, must be there then, and
    /// nothing must have changed with it.
    ///
    /// # Errors
    /// What stands in the way of the test, and is not the plugin's.
    pub(crate) fn look<P: Promise>(&mut self, directory: &Path) -> Result<Found, String> {
        let first = self.once::<P>(directory)?;
        self.once_more::<P>(directory, first)
    }

    /// The same behind what a first look has found.
    ///
    /// # Errors
    /// What stands in the way of the test, and is not the plugin's.
    pub(crate) fn once_more<P: Promise>(&mut self, directory: &Path, first: Found) -> Result<Found, String> {
        let Found::Seen(seen) = &first else { return Ok(first) };
        let wrong = match self.once::<P>(directory)? {
            Found::Seen(again) => P::is_unchanged(seen, &again).err(),
            Found::Refused(why) => Some(format!("it does not open: {why}")),
            Found::Broken(why) => Some(why),
        };
        Ok(wrong.map_or(first, |why| Found::Broken(format!("with nothing wrong at first; opened once more: {why}"))))
    }

    fn once<P: Promise>(&mut self, directory: &Path) -> Result<Found, String> {
        let request = Request::Look { directory: directory.to_owned() }.line::<P>();
        if self.looks >= LOOKS {
            (self.child, self.looks) = (None, 0);
        }
        self.looks += 1;
        self.subject.is_elsewhere();
        let (mut held, mut talk) = match self.child.take() {
            Some((held, talk)) => {
                talk.say(&request).map_err(|error| format!("cannot ask a process: {error}"))?;
                (held, talk)
            }
            None => start(self.subject.child_command()?, &request)?,
        };
        let mut seen = Vec::new();
        loop {
            let line = match talk.line_within(&Patience::with(held.0.id())) {
                Ok(Some(line)) => line,
                Ok(None) => {
                    let how = held.0.wait().map_or_else(|error| error.to_string(), crashed);
                    return Ok(Found::Broken(format!("the process that opens it ended with {how}")));
                }
                Err(error) => return Ok(Found::Broken(format!("the process that opens it hangs: {error}"))),
            };
            let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let found = match word {
                "seen" => {
                    seen.push(rest.to_owned());
                    continue;
                }
                "end" => Found::Seen(seen),
                "refused" => Found::Refused(rest.to_owned()),
                "broken" => Found::Broken(rest.to_owned()),
                _ => return Err(format!("what is this: {line}")),
            };
            if !matches!(found, Found::Seen(_)) {
                // Its last word: the instance is gone.
                let _ = talk.line_within(&Patience::with(held.0.id()));
            }
            self.child = Some((held, talk));
            return Ok(found);
        }
    }
}
