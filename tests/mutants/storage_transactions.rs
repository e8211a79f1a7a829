//! Mistakes in transactions of storages, beside those that histories find.

use crate::storage::{LMDB, MEMORY, MEMORY_IN_RUST, VERSIONS};
use crate::subject::{Damage, Mutant};

const TXN: &str = "examples-c/storage_memory_transaction.h";
const CPP: &str = "examples-c/storage_versions.cpp";
const LMDB_TXN: &str = "examples-c/storage_lmdb_transaction.h";
const RUST_TXN: &str = "examples-rust/storage_memory/src/transaction.rs";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a wait of 31 bits",
        plugin: LMDB,
        edits: &[(
            "examples-c/storage_lmdb_env.h",
            "    if (wait_ms > century) wait_ms = century;\n    until.tv_sec += (time_t)(wait_ms / 1000);\n    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;",
            "    (void)century;\n    until.tv_sec += (time_t)((int)wait_ms / 1000);\n    until.tv_nsec += (long)((int)wait_ms % 1000) * 1000000;",
        )],
        damage: Damage::Nuisance,
        finds: "storage_beside_transaction::a_long_wait_is_no_short_one",
    },
    Mutant {
        name: "a commit ends after 1000 rows",
        plugin: MEMORY,
        edits: &[
            (TXN, "    for (int bucket = 0; bucket < BUCKETS; bucket++) {\n        for (table *in", "    int moved = 0;\n    for (int bucket = 0; bucket < BUCKETS; bucket++) {\n        for (table *in"),
            (TXN, "                if (row->removes) {", "                if (moved++ >= 1000) {\n                    free(row);\n                } else if (row->removes) {"),
        ],
        damage: Damage::Loss,
        finds: "storage_long_transaction::one_of_many_writes_is_whole",
    },
    Mutant {
        name: "a commit has room for sixteen tables",
        plugin: MEMORY,
        edits: &[(TXN, "        for (table *in = self->own.tables[bucket]; in != NULL; in = in->next) {\n            for (node", "        for (table *in = bucket % 32 < 16 ? self->own.tables[bucket] : NULL; in != NULL; in = in->next) {\n            for (node")],
        damage: Damage::Loss,
        finds: "storage_long_transaction::one_in_many_tables_is_whole",
    },
    Mutant {
        name: "removals are lost behind the hundredth",
        plugin: MEMORY,
        edits: &[(TXN, "return txn_find(txn, number, key) != NULL ? txn_write(txn", "return ((transaction *)txn)->own.count < 100 && txn_find(txn, number, key) != NULL ? txn_write(txn")],
        damage: Damage::Wrong,
        finds: "storage_long_transaction::one_of_many_writes_is_whole",
    },
    Mutant {
        name: "a scan inside ends after 64 rows",
        plugin: MEMORY,
        edits: &[(TXN, "    for (size_t looked = 0; status == SOCH_OK && limit > 0 &&", "    if (limit > 64 && own != NULL) limit = 64;\n    for (size_t looked = 0; status == SOCH_OK && limit > 0 &&")],
        damage: Damage::Loss,
        finds: "storage_long_transaction::one_of_many_writes_is_whole",
    },
    Mutant {
        name: "a scan inside goes on when its sink has enough",
        plugin: MEMORY,
        edits: &[(TXN, "        status = rows->row(rows->ctx, key_of(row), value_of(row));", "        soch_status said = rows->row(rows->ctx, key_of(row), value_of(row));\n        if (limit == 1 || (before == NULL && own == NULL)) status = said;")],
        damage: Damage::Wrong,
        finds: "storage_refused::what_a_sink_says_is_what_a_scan_returns",
    },
    Mutant {
        name: "a get inside passes over what its writer says",
        plugin: MEMORY,
        edits: &[(TXN, "    return write_found(txn_find(txn, number, key), value);", "    const node *row = txn_find(txn, number, key);\n    if (row == NULL) return SOCH_NOT_FOUND;\n    (void)value->write(value->ctx, value_of(row));\n    return SOCH_OK;")],
        damage: Damage::Wrong,
        finds: "storage_refused::what_a_writer_refuses_is_what_a_get_returns",
    },
    Mutant {
        name: "writes inside are counted before they are committed",
        plugin: MEMORY,
        edits: &[(TXN, "    row->removes = removes;\n    put_in(row);", "    row->removes = removes;\n    put_in(row);\n    self->before.owner->count++;")],
        damage: Damage::Wrong,
        finds: "storage_counts::every_way_to_write_is_counted",
    },
    Mutant {
        name: "a commit counts the row that it replaces",
        plugin: MEMORY,
        edits: &[(TXN, "                    row->table = find_table(to, in->number);\n                    put_in(row);", "                    row->table = find_table(to, in->number);\n                    uint64_t before = to->count;\n                    put_in(row);\n                    to->count = before + 1;")],
        damage: Damage::Wrong,
        finds: "storage_counts::every_way_to_write_is_counted",
    },
    Mutant {
        name: "a table that a transaction only wrote to is listed before its commit",
        plugin: MEMORY,
        edits: &[(TXN, "    node *row = make_row(make_table(&self->own, number), key, value);", "    if (!removes && key.len == 3) {\n        pthread_rwlock_wrlock(&self->before.owner->lock);\n        put_in(make_row(make_table(self->before.owner, number + 1000), key, value));\n        pthread_rwlock_unlock(&self->before.owner->lock);\n    }\n    node *row = make_row(make_table(&self->own, number), key, value);")],
        damage: Damage::Wrong,
        finds: "storage_counts::nothing_of_an_open_transaction_is_seen_anywhere",
    },
    Mutant {
        name: "a row that was put and removed inside stays",
        plugin: VERSIONS,
        edits: &[(CPP, "    void remove(uint32_t number, soch::bytes key) { writes_[place(number, copy(key))] = nullptr; }", "    void remove(uint32_t number, soch::bytes key) {\n        if (!writes_.erase(place(number, copy(key)))) writes_[place(number, copy(key))] = nullptr;\n    }")],
        damage: Damage::Wrong,
        finds: "storage_transaction::reads_inside_agree_with_a_model",
    },
    Mutant {
        name: "a plain delete is no change for a transaction",
        plugin: VERSIONS,
        edits: &[(CPP, "        return row != rows.end() && row->second.back().at > at;", "        return row != rows.end() && row->second.back().at > at && row->second.back().value != nullptr;")],
        damage: Damage::Loss,
        finds: "storage_beside_transaction::every_plain_write_to_its_rows_is_noticed",
    },
    Mutant {
        name: "a batch's delete is no change for a transaction",
        plugin: VERSIONS,
        edits: &[(CPP, "        for (const auto &change : made) shelf_.put(change.first, change.second);", "        for (const auto &change : made) change.second == nullptr ? shelf_.put_before(change.first) : shelf_.put(change.first, change.second);"), (CPP, "    void next_change() {\n", "    void put_before(const place &where) {\n        auto &versions = tables_[where.first][where.second];\n        if (versions.empty()) put(where, nullptr);\n        else versions.back().value = nullptr;\n    }\n    void next_change() {\n")],
        damage: Damage::Loss,
        finds: "storage_beside_transaction::every_plain_write_to_its_rows_is_noticed",
    },
    Mutant {
        name: "a handle's put is no change for a transaction",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory.c", "    pthread_rwlock_wrlock(&in->owner->lock);\n    node *row = make_row(in, key, value);\n    if (row != NULL) put_in(row);", "    pthread_rwlock_wrlock(&in->owner->lock);\n    node *row = make_row(in, key, value);\n    uint64_t before = in->owner->writes;\n    if (row != NULL) put_in(row);\n    if (in->owner->newest != NULL && before > 0) in->owner->writes = before;")],
        damage: Damage::Loss,
        finds: "storage_beside_transaction::every_plain_write_to_its_rows_is_noticed",
    },
    Mutant {
        name: "begin does not wait",
        plugin: LMDB,
        edits: &[(LMDB_TXN, "take_turn(self, A_TRANSACTION, options->wait_ms)", "take_turn(self, A_TRANSACTION, 0)")],
        damage: Damage::Nuisance,
        finds: "storage_beside_transaction::begin_waits_as_long_as_it_may",
    },
    Mutant {
        name: "begin takes its wait for seconds",
        plugin: LMDB,
        edits: &[(LMDB_TXN, "take_turn(self, A_TRANSACTION, options->wait_ms)", "take_turn(self, A_TRANSACTION, options->wait_ms * 1000)")],
        damage: Damage::Nuisance,
        finds: "storage_beside_transaction::begin_waits_as_long_as_it_may",
    },
    Mutant {
        name: "a put in the way of a transaction is dropped as OK",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb.c", "        return soch_fail(error, SOCH_BUSY, 0, \"a transaction is open: end it before, or write inside of it\");", "        return SOCH_OK;")],
        damage: Damage::Loss,
        finds: "storage_beside_transaction::every_plain_write_to_its_rows_is_noticed",
    },
    Mutant {
        name: "a begin that is refused takes the turn along",
        plugin: LMDB,
        edits: &[(LMDB_TXN, "        free(made);\n        return soch_fail(error, SOCH_BUSY", "        free(made);\n        end_turn(self);\n        return soch_fail(error, SOCH_BUSY")],
        damage: Damage::Crash,
        finds: "storage_beside_transaction::begin_waits_as_long_as_it_may",
    },
    Mutant {
        name: "a commit loses the count of its rows",
        plugin: MEMORY_IN_RUST,
        edits: &[(RUST_TXN, "            *tables = self.tables;", "            let stats = tables.stats;\n            *tables = self.tables;\n            tables.stats = stats;")],
        damage: Damage::Wrong,
        finds: "storage_counts::every_way_to_write_is_counted",
    },
    Mutant {
        name: "a transaction that only removes is not committed",
        plugin: MEMORY_IN_RUST,
        edits: &[(RUST_TXN, "        if self.tables.changes != self.began_at {\n            *tables", "        if self.tables.changes != self.began_at && self.tables.stats.key_count >= tables.stats.key_count {\n            *tables")],
        damage: Damage::Loss,
        finds: "storage_transaction::reads_inside_agree_with_a_model",
    },
    Mutant {
        name: "a table that is opened beside a transaction goes with its commit",
        plugin: MEMORY_IN_RUST,
        edits: &[("examples-rust/storage_memory/src/lib.rs", "            *changes += 1;\n            trees.push", "            let _ = &changes;\n            trees.push")],
        damage: Damage::Loss,
        finds: "storage_table::a_handle_that_is_opened_beside_a_transaction_stays",
    },
    Mutant {
        name: "a key that is refused inside is written all the same",
        plugin: VERSIONS,
        edits: &[(CPP, "        writes_[place(number, copy(key))] = std::make_shared<const text>(value);", "        writes_[place(number, copy(key))] = std::make_shared<const text>(value);\n        if (copy(key).size() > 65536) throw soch::failure(SOCH_LIMIT);")],
        damage: Damage::Wrong,
        finds: "storage_failed_write::one_that_is_refused_is_left_out",
    },
    Mutant {
        name: "a transaction whose write was refused commits nothing",
        plugin: VERSIONS,
        edits: &[(CPP, "        writes_[place(number, copy(key))] = std::make_shared<const text>(value);", "        if (copy(key).size() > 65536) {\n            refused_ = true;\n            throw soch::failure(SOCH_LIMIT);\n        }\n        writes_[place(number, copy(key))] = std::make_shared<const text>(value);"), (CPP, "        call.go_on();\n        for (const auto &write : writes_) {", "        call.go_on();\n        if (refused_) return;\n        for (const auto &write : writes_) {"), (CPP, "    snapshot snapshot_;\n    changes writes_;", "    snapshot snapshot_;\n    bool refused_ = false;\n    changes writes_;")],
        damage: Damage::Loss,
        finds: "storage_failed_write::one_that_is_refused_is_left_out",
    },
    Mutant {
        name: "a write that came too late is written all the same",
        plugin: VERSIONS,
        edits: &[(CPP, "        writes_[place(number, copy(key))] = std::make_shared<const text>(value);", "        writes_[place(number, copy(key))] = std::make_shared<const text>(value);\n        const auto locked = snapshot_.of().lock();\n        if (!snapshot_.of().changed(place(number, copy(key)), snapshot_.at().change)) return;\n        late_ = true;\n        throw soch::failure(SOCH_CONFLICT);"), (CPP, "            if (of.changed(write.first, snapshot_.at().change)) throw", "            if (!late_ && of.changed(write.first, snapshot_.at().change)) throw"), (CPP, "    snapshot snapshot_;\n    changes writes_;", "    snapshot snapshot_;\n    bool late_ = false;\n    changes writes_;")],
        damage: Damage::Loss,
        finds: "storage_failed_write::one_that_comes_too_late_is_left_out",
    },
    Mutant {
        name: "a write inside that waits for nobody",
        plugin: VERSIONS,
        edits: &[(CPP, "    explicit transaction(shelf &of) : snapshot_(of) {}", "    explicit transaction(shelf &of) : snapshot_(of) { of.open++; }\n    ~transaction() { snapshot_.of().open--; }"), (CPP, "    void count(soch_storage_stats *stats) const {", "    int open = 0;\n    void count(soch_storage_stats *stats) const {"), (CPP, "        writes_[place(number, copy(key))] = std::make_shared<const text>(value);", "        if (snapshot_.of().open > 1) throw soch::failure(SOCH_BUSY);\n        writes_[place(number, copy(key))] = std::make_shared<const text>(value);")],
        damage: Damage::Nuisance,
        finds: "storage_beside_transaction::a_write_inside_waits_as_long_as_it_may",
    },
    Mutant {
        name: "a copy that waits for the writer, and then has no turn for it",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb_operator.h", "static int copy_to(const store *self, const char *directory, const char *file, const char *above) {\n", "static int copy_to(const store *self, const char *directory, const char *file, const char *above) {\n    if (!take_turn((store *)self, A_WRITE, 1000)) return EBUSY;\n    end_turn((store *)self);\n")],
        damage: Damage::Nuisance,
        finds: "storage_checkpoint::one_has_nothing_of_an_open_transaction",
    },
];
