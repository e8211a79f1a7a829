//! Mistakes in what transactions and snapshots beside each other see.

use crate::subject::{Damage, Mutant, Plugin};

const MEMORY: Plugin = Plugin::of("examples-c/storage_memory.c");
const MEMORY_IN_RUST: Plugin = Plugin::of("examples-rust/storage_memory");
const VERSIONS: Plugin = Plugin::of("examples-c/storage_versions.cpp");

const TRANSACTION_H: &str = "examples-c/storage_memory_transaction.h";
const MEMORY_C: &str = "examples-c/storage_memory.c";
const VERSIONS_CPP: &str = "examples-c/storage_versions.cpp";
const TRANSACTION_RS: &str = "examples-rust/storage_memory/src/transaction.rs";

const TURNS: &str = "storage_history::turns_of_one_thread_show_no_anomaly";
const THREADS: &str = "storage_history::threads_show_no_anomaly";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a commit that does not look for conflicts",
        plugin: MEMORY,
        edits: &[(TRANSACTION_H, "status = owner->writes == self->before.seen", "status = true")],
        damage: Damage::Loss,
        finds: TURNS,
    },
    Mutant {
        name: "a get inside that is not of the snapshot",
        plugin: MEMORY,
        edits: &[(
            TRANSACTION_H,
            "    if (own == NULL) return find_in(&self->before, number, key);",
            "    snapshot now = self->before;\n    now.seen = ALIVE - 1;\n    if (own == NULL) return find_in(&now, number, key);",
        )],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "a scan inside that is not of the snapshot",
        plugin: MEMORY,
        edits: &[(TRANSACTION_H, "row = first_seen(row, self->seen);", "row = first_seen(row, ALIVE - 1);")],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "an aborted transaction of which a row stays",
        plugin: MEMORY,
        edits: &[(
            TRANSACTION_H,
            "    end_snapshot(&self->before, NULL);\n",
            "    const node *left = self->own.tables[1] != NULL ? self->own.tables[1]->first[0] : NULL;\n\
             \x20   pthread_rwlock_wrlock(&self->before.owner->lock);\n\
             \x20   if (left != NULL) put_in(make_row(make_table(self->before.owner, 1), key_of(left), value_of(left)));\n\
             \x20   pthread_rwlock_unlock(&self->before.owner->lock);\n\
             \x20   end_snapshot(&self->before, NULL);\n",
        )],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "a snapshot of a transaction that begins with its first get",
        plugin: MEMORY,
        edits: &[
            (TRANSACTION_H, "    store own;\n", "    store own;\n    bool has_looked;\n"),
            (
                TRANSACTION_H,
                "    (void)error;\n    return write_found(txn_find(",
                "    transaction *self = txn;\n    (void)error;\n    if (!self->has_looked) self->before.seen = self->before.owner->writes;\n\
                 \x20   self->has_looked = true;\n    return write_found(txn_find(",
            ),
        ],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "a commit that lets others in between its rows",
        plugin: MEMORY,
        edits: &[(
            TRANSACTION_H,
            "                    put_in(row);\n",
            "                    put_in(row);\n                    pthread_rwlock_unlock(&to->lock);\n                    sched_yield();\n\
             \x20                   pthread_rwlock_wrlock(&to->lock);\n",
        )],
        damage: Damage::Wrong,
        finds: THREADS,
    },
    Mutant {
        name: "a get of a snapshot that sees later writes",
        plugin: MEMORY,
        edits: &[(
            MEMORY_C,
            "    const node *row = find_in(handle, number, key);",
            "    snapshot now = *(snapshot *)handle;\n    now.seen = ALIVE - 1;\n    const node *row = find_in(&now, number, key);",
        )],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "a cursor that sees later commits",
        plugin: MEMORY,
        edits: &[(
            MEMORY_C,
            "first_seen(self->row->next[0], self->of->seen)",
            "first_seen(self->row->next[0], ALIVE - 1)",
        )],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "a batch that lets others in between its rows",
        plugin: MEMORY,
        edits: &[(
            MEMORY_C,
            "        if (write->op == SOCH_WRITE_PUT) put_in(made[i]);",
            "        if (write->op == SOCH_WRITE_PUT) put_in(made[i]), pthread_rwlock_unlock(&self->lock), sched_yield(), \
             pthread_rwlock_wrlock(&self->lock);",
        )],
        damage: Damage::Wrong,
        finds: THREADS,
    },
    Mutant {
        name: "a batch that lets others in between what it expects and what it writes",
        plugin: MEMORY,
        edits: &[(
            MEMORY_C,
            "    for (size_t i = 0; i < count && status == SOCH_OK; i++) {\n        const soch_write *write",
            "    pthread_rwlock_unlock(&self->lock);\n    sched_yield();\n    pthread_rwlock_wrlock(&self->lock);\n\
             \x20   for (size_t i = 0; i < count && status == SOCH_OK; i++) {\n        const soch_write *write",
        )],
        damage: Damage::Loss,
        finds: THREADS,
    },
    Mutant {
        name: "a commit that does not ask who changed its rows",
        plugin: VERSIONS,
        edits: &[(VERSIONS_CPP, "if (of.changed(write.first, snapshot_.at().change))", "if (of.changed(write.first, of.now().change))")],
        damage: Damage::Loss,
        finds: TURNS,
    },
    Mutant {
        name: "a commit that takes the next change for an old one",
        plugin: VERSIONS,
        edits: &[(VERSIONS_CPP, "row->second.back().at > at;", "row->second.back().at > at + 1;")],
        damage: Damage::Loss,
        finds: TURNS,
    },
    Mutant {
        name: "a commit that asks only for its first row",
        plugin: VERSIONS,
        edits: &[(
            VERSIONS_CPP,
            "throw soch::failure(SOCH_CONFLICT, \"another transaction changed a row\");\n",
            "throw soch::failure(SOCH_CONFLICT, \"another transaction changed a row\");\n            break;\n",
        )],
        damage: Damage::Loss,
        finds: TURNS,
    },
    Mutant {
        name: "a get inside that misses the transaction's own writes",
        plugin: VERSIONS,
        edits: &[(
            VERSIONS_CPP,
            "const std::string *found = find(place(number, copy(key)));",
            "const std::string *found = snapshot_.of().find(place(number, copy(key)), snapshot_.at());",
        )],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "a scan inside that misses the transaction's own writes",
        plugin: VERSIONS,
        edits: &[(
            VERSIONS_CPP,
            "const std::string *value = find(place(number, key));",
            "const std::string *value = snapshot_.of().find(place(number, key), snapshot_.at());",
        )],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "a commit that lets others in between its question and its writes",
        plugin: VERSIONS,
        edits: &[
            (VERSIONS_CPP, "#include <set>\n", "#include <set>\n#include <thread>\n"),
            (
                VERSIONS_CPP,
                "const auto locked = of.lock();\n        call.go_on();\n",
                "auto locked = of.lock();\n        call.go_on();\n",
            ),
            (
                VERSIONS_CPP,
                "        of.next_change();\n",
                "        locked.unlock();\n        std::this_thread::yield();\n        locked.lock();\n        of.next_change();\n",
            ),
        ],
        damage: Damage::Loss,
        finds: THREADS,
    },
    Mutant {
        name: "reads inside that see what is committed at the moment",
        plugin: VERSIONS,
        edits: &[(
            VERSIONS_CPP,
            "left(own->second.get(), snapshot_.at().time) : snapshot_.of().find(where, snapshot_.at());",
            "left(own->second.get(), snapshot_.at().time) : snapshot_.of().find(where, snapshot_.of().now());",
        )],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "a snapshot that lacks the last change",
        plugin: VERSIONS,
        edits: &[(VERSIONS_CPP, "snapshots_.insert(now_);", "snapshots_.insert(now_ > 0 ? now_ - 1 : 0);")],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "snapshots that are described as serializable",
        plugin: VERSIONS,
        edits: &[(
            VERSIONS_CPP,
            "properties->flags = SOCH_STORAGE_TRANSACTIONS",
            "properties->flags = SOCH_STORAGE_SERIALIZABLE | SOCH_STORAGE_TRANSACTIONS",
        )],
        damage: Damage::Wrong,
        finds: TURNS,
    },
    Mutant {
        name: "a commit that takes the place of all others",
        plugin: MEMORY_IN_RUST,
        edits: &[(
            TRANSACTION_RS,
            "if tables.changes != self.began_at && self.tables.changes != self.began_at {",
            "if tables.changes < self.began_at {",
        )],
        damage: Damage::Loss,
        finds: TURNS,
    },
    Mutant {
        name: "a conflict that is told and written all the same",
        plugin: MEMORY_IN_RUST,
        edits: &[(
            TRANSACTION_RS,
            "            return Err(Error::new(ErrorKind::Conflict,",
            "            *tables = self.tables;\n            return Err(Error::new(ErrorKind::Conflict,",
        )],
        damage: Damage::Loss,
        finds: TURNS,
    },
    Mutant {
        name: "a plain removal that is no change",
        plugin: VERSIONS,
        edits: &[(
            VERSIONS_CPP,
            "        shelf_.next_change();\n        shelf_.put(place(number, copy(key)), nullptr);",
            "        shelf_.put(place(number, copy(key)), nullptr);",
        )],
        damage: Damage::Loss,
        finds: "storage_schedule::no_plain_write_is_lost",
    },
    Mutant {
        name: "a removal inside that asks nobody for conflicts",
        plugin: VERSIONS,
        edits: &[(
            VERSIONS_CPP,
            "if (of.changed(write.first, snapshot_.at().change))",
            "if (of.rows(write.first.first).count(write.first.second) && of.find(write.first, of.now()) && of.changed(write.first, snapshot_.at().change))",
        )],
        damage: Damage::Loss,
        finds: "storage_schedule::no_update_of_a_removed_row_is_lost",
    },
    Mutant {
        name: "a scan inside that shows what the transaction removed",
        plugin: MEMORY,
        edits: &[(TRANSACTION_H, "        if (row->removes) continue;\n", "")],
        damage: Damage::Wrong,
        finds: "storage_schedule::own_writes_are_seen",
    },
    Mutant {
        name: "a transaction whose removals are not committed",
        plugin: MEMORY,
        edits: &[(TRANSACTION_H, "                    drop(to, in->number, key_of(row));\n", "")],
        damage: Damage::Loss,
        finds: "storage_schedule::own_writes_are_seen",
    },
];
