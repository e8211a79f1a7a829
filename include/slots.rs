//! The slots of the tables that a plugin gives, one table a kind, as the contract's source documents them.

use crate::include::contract::Contract;
use crate::include::slot_rule::{rule, threads};
use crate::include::structs::Struct;

pub use crate::include::slot_rule::Rule;

pub struct Slot {
    pub name: String,
    pub since: u16,
    pub rule: Rule,
    /// What it is called with: `instance`, or what another slot opened.
    pub on: String,
    /// What it opens.
    pub opens: Option<String>,
    /// Whether what it is called with is gone after it.
    pub ends: bool,
    /// Whether it returns nothing.
    pub is_silent: bool,
}

/// A table that the entry leads to.
pub struct Table {
    /// The entry's field.
    pub kind: String,
    pub slots: Vec<Slot>,
}

impl Table {
    pub fn name(&self) -> String {
        format!("soch_{}", self.kind)
    }

    /// The names of its slots with this rule.
    pub fn with(&self, rule: &Rule) -> Vec<&str> {
        self.slots.iter().filter(|slot| slot.rule == *rule).map(|slot| slot.name.as_str()).collect()
    }

    /// Its groups, by their first slots.
    pub fn groups(&self) -> Vec<&Rule> {
        let mut groups = Vec::new();
        for Slot { rule, .. } in &self.slots {
            if matches!(rule, Rule::Group(_)) && !groups.contains(&rule) {
                groups.push(rule);
            }
        }
        groups
    }
}

/// The tables of all kinds, in the entry's order. A build error names the table and the slot whose documentation does
/// not say what it must.
pub fn tables(contract: &Contract) -> Vec<Table> {
    let mut wrong = Vec::new();
    for item in &contract.structs {
        for field in item.fields.iter().filter(|field| field.first_parameter.is_some()) {
            if let Err(how) = threads(&field.doc) {
                wrong.push(format!("the documentation of {}.{} {how}", item.name, field.name));
            }
        }
    }
    let find = |name: &str| contract.structs.iter().find(|item| item.name == name).expect("a struct of the contract");
    let kinds = find("soch_plugin").fields.iter().filter_map(|field| {
        let table = field.type_text.strip_prefix("*constsoch_")?;
        assert_eq!(table, field.name, "soch_plugin.{}: a table has the name of its field", field.name);
        Some((field.since, find(&format!("soch_{table}"))))
    });
    let tables: Vec<Table> = kinds.map(|(since, item)| table(item, since, &mut wrong)).collect();
    // What `get_interface` answers is documented by the same words.
    let others = contract.structs.iter().filter(|item| item.name != "soch_plugin" && item.is_called_with("instance"));
    for item in others.filter(|item| tables.iter().all(|table| table.name() != item.name)) {
        table(item, 0, &mut wrong);
    }
    assert!(wrong.is_empty(), "include/slot_rule.rs says what each must say:\n{}", wrong.join("\n"));
    tables
}

fn table(item: &Struct, table_since: u16, wrong: &mut Vec<String>) -> Table {
    let mut slots: Vec<Slot> = Vec::new();
    for (at, field) in item.fields.iter().enumerate() {
        let mut say = |how: &str| wrong.push(format!("{}.{} {how}", item.name, field.name));
        let Some(first) = &field.first_parameter else {
            if (at, field.name.as_str()) != (0, "size") {
                say("is no function: a table has its size, and then functions alone");
            }
            continue;
        };
        let rule = match rule(&field.doc) {
            Ok(rule) => rule,
            Err(how) => {
                say(&format!("has a documentation that {how}"));
                continue;
            }
        };
        if rule == Rule::Required && field.since > table_since {
            say("came later than its table, so older plugins lack it: it cannot be required");
        }
        let opens = field.type_text.split(',').find_map(|parameter| parameter.strip_suffix(":*mut*mutc_void"));
        // As `commit_txn` has it.
        let is_silent = !field.type_text.contains("->");
        let ends = is_silent || field.doc.contains("The handle is gone");
        slots.push(Slot {
            name: field.name.clone(),
            since: field.since,
            rule,
            on: first.clone(),
            opens: opens.map(str::to_owned),
            ends,
            is_silent,
        });
    }
    Table { kind: item.name.trim_start_matches("soch_").to_owned(), slots }
}
