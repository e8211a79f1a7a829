//! What was found, and what to do about it.

use crate::output::Output;
use serde_json::{json, Value};
use sochdb_plugin_host::{printable, LoadError, Step};
use std::fmt::Display;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fine,
    /// Plugins are loaded all the same, and the operator should do something about it.
    Attention,
    /// Something that is installed cannot be loaded.
    Problem,
}

struct Finding {
    area: &'static str,
    subject: String,
    state: State,
    message: String,
    /// Code and step, if the loader refuses it.
    refusal: Option<(&'static str, Step)>,
    remedy: Option<String>,
}

/// All findings, in order.
#[derive(Default)]
pub(crate) struct Report(Vec<Finding>);

impl Report {
    fn add(&mut self, area: &'static str, subject: impl Display, state: State, message: impl Display) -> &mut Self {
        let (subject, message) = (subject.to_string(), message.to_string());
        self.0.push(Finding { area, subject, state, message, refusal: None, remedy: None });
        self
    }

    /// All is well with it; a remedy says how to have it otherwise.
    pub(crate) fn fine(&mut self, area: &'static str, subject: impl Display, detail: impl Display) -> &mut Self {
        self.add(area, subject, State::Fine, detail)
    }

    /// Somebody should do `remedy` about it.
    pub(crate) fn attention(
        &mut self,
        area: &'static str,
        subject: impl Display,
        detail: impl Display,
        remedy: impl Display,
    ) -> &mut Self {
        self.add(area, subject, State::Attention, detail).remedy(remedy)
    }

    /// Something is not loaded because of it.
    pub(crate) fn problem(&mut self, area: &'static str, subject: impl Display, detail: impl Display) -> &mut Self {
        self.add(area, subject, State::Problem, detail)
    }

    /// The loader refuses it; `serious`: that keeps something from being loaded that somebody installed.
    pub(crate) fn refused(
        &mut self,
        area: &'static str,
        subject: impl Display,
        error: &LoadError,
        serious: bool,
    ) -> &mut Self {
        let state = if serious { State::Problem } else { State::Attention };
        self.add(area, subject, state, error);
        if let Some(last) = self.0.last_mut() {
            last.refusal = Some((error.code(), error.step()));
        }
        self.remedy(error.remedy())
    }

    /// What to do about the finding that was added last.
    pub(crate) fn remedy(&mut self, remedy: impl Display) -> &mut Self {
        if let Some(last) = self.0.last_mut() {
            last.remedy = Some(remedy.to_string());
        }
        self
    }

    fn count(&self, state: State) -> usize {
        self.0.iter().filter(|finding| finding.state == state).count()
    }

    /// Prints it with its conclusion; true if there is no problem. `accepted` plugins would be loaded, by a host that
    /// decides by itself if the gate is not `open`.
    pub(crate) fn conclude(&self, out: &Output, accepted: usize, open: bool) -> bool {
        let (problems, attention) = (self.count(State::Problem), self.count(State::Attention));
        let plugins = if accepted == 1 { "1 plugin".to_owned() } else { format!("{accepted} plugins") };
        let mut conclusion = match (problems, accepted) {
            (0, 0) => "no plugin is installed, and nothing keeps a host from loading one".to_owned(),
            (0, _) => format!("a host can load what is installed: {plugins}"),
            _ => {
                format!("a host cannot load all that is installed: see what is marked problem; {plugins} can be loaded")
            }
        };
        if !open && problems == 0 {
            conclusion.push_str(", once native plugins are allowed");
        }
        let findings: Vec<Value> = self.0.iter().map(Finding::object).collect();
        out.object(&json!({
            "conclusion": conclusion, "problems": problems, "attention": attention,
            "plugins": accepted, "gate": open, "findings": findings,
        }));
        let mut area = "";
        for finding in &self.0 {
            if finding.area != area {
                area = finding.area;
                out.line(out.paint.bold(area));
            }
            finding.print(out);
        }
        let conclusion = format!("\n{conclusion} (problems: {problems}, attention: {attention})");
        out.line(if problems == 0 { out.paint.good(conclusion) } else { out.paint.bad(conclusion) });
        problems == 0
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Attention => "attention",
            Self::Problem => "problem",
        }
    }
}

impl Finding {
    fn print(&self, out: &Output) {
        let word = format!("{:<9}", self.state.name());
        let word = match self.state {
            State::Fine => out.paint.good(word),
            State::Attention => out.paint.bold(word),
            State::Problem => out.paint.bad(word),
        };
        let code = self.refusal.map_or_else(String::new, |(code, _)| format!("{code}: "));
        out.line(format!("  {word}  {}: {code}{}", self.subject, printable(&self.message)));
        if let Some(remedy) = &self.remedy {
            let label = if self.state == State::Fine { "to change that:" } else { "remedy:" };
            out.line(format!("             {} {}", out.paint.dim(label), printable(remedy)));
        }
    }

    fn object(&self) -> Value {
        json!({
            "area": self.area, "subject": self.subject, "state": self.state.name(),
            "code": self.refusal.map(|(code, _)| code), "step": self.refusal.map(|(_, step)| step.name()),
            "message": self.message, "remedy": self.remedy,
        })
    }
}
