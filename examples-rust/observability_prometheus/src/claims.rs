//! Who has which name. Several names of the database can come out equal for Prometheus, of metrics and of labels: what
//! came first keeps the name, as two metrics in one series would be a lie.

use crate::names::{Kind, Names};
use std::collections::{HashMap, HashSet};

/// Where a metric comes from; of two with one name, only one is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The plugin itself.
    Own,
    /// Calls that the plugin keeps.
    Pushed,
    /// The host, at a scrape.
    Read,
}

struct Claim {
    kind: Kind,
    source: Source,
    /// The metric's name in the database.
    name: String,
    /// The names of its labels in the database, by those that Prometheus gets.
    labels: HashMap<String, String>,
}

#[derive(Default)]
pub(crate) struct Claims {
    families: HashMap<String, Claim>,
    /// The names of all samples of all families.
    samples: HashSet<String>,
}

impl Claims {
    /// Whether a series may have its names.
    pub(crate) fn allow(&self, names: &Names, source: Source) -> bool {
        let Some(claim) = self.families.get(&names.family) else {
            return names.are_distinct
                && !names.kind.sample_names(&names.family).iter().any(|name| self.samples.contains(name));
        };
        names.are_distinct
            && (claim.kind, claim.source, &claim.name) == (names.kind, source, &names.name)
            && names.origins().all(|(label, origin)| claim.labels.get(label).is_none_or(|first| first == origin))
    }

    /// Gives a series its names, which are allowed.
    pub(crate) fn take(&mut self, names: &Names, source: Source) {
        if !self.families.contains_key(&names.family) {
            self.samples.extend(names.kind.sample_names(&names.family));
        }
        let claim = self.families.entry(names.family.clone()).or_insert_with(|| Claim {
            kind: names.kind,
            source,
            name: names.name.clone(),
            labels: HashMap::new(),
        });
        for (label, origin) in names.origins() {
            if !claim.labels.contains_key(label) {
                claim.labels.insert(label.to_owned(), origin.to_owned());
            }
        }
    }

    /// Takes the name of a family for the plugin.
    pub(crate) fn reserve(&mut self, kind: Kind, family: &str) {
        self.take(&Names::of_own(kind, family), Source::Own);
    }
}
