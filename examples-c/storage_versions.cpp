// A storage in memory that keeps the versions of each row as long as a snapshot may ask for them, so that no reader waits for
// a writer. What a reader, a cursor or a transaction lends stays where it is until its snapshot ends.
#include "sochdb_plugin.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace {

typedef std::chrono::steady_clock::time_point moment;

// What a row has, until when: nothing in memory outlives a clock that counts from the machine's start.
struct text : std::string {
    explicit text(soch::bytes bytes, moment until = moment::max()) : std::string(soch::string_view(bytes)), until(until) {}
    bool is_over(moment now) const { return until != moment::max() && until <= now; }
    moment until;
};

// The end of a time to live; one that no clock can tell is for ever.
moment until(uint64_t ttl_ms) {
    const moment now = std::chrono::steady_clock::now();
    const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(moment::max() - now).count();
    if (ttl_ms == 0 || ttl_ms >= static_cast<uint64_t>(most)) return moment::max();
    return now + std::chrono::milliseconds(ttl_ms);
}

// A row from the change `at` on. No value: it is removed.
struct version {
    uint64_t at;
    std::shared_ptr<const text> value;
};

typedef std::map<std::string, std::vector<version>> table;
typedef std::pair<uint32_t, std::string> place;

std::string copy(soch::bytes bytes) { return std::string(soch::string_view(bytes)); }

// What a snapshot shows: the last change before it, and when it began, as a row does not go while it is open.
struct point {
    uint64_t change;
    moment time;
};

// The value, NULL if there is none any more.
const std::string *left(const text *value, moment now) { return value == nullptr || value->is_over(now) ? nullptr : value; }

// The value at a point; NULL if there is none.
const std::string *seen(const std::vector<version> &versions, const point &at) {
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
        if (version->at <= at.change) return left(version->value.get(), at.time);
    }
    return nullptr;
}

// Values by their places; NULL where a row is removed.
typedef std::map<place, std::shared_ptr<const text>> changes;

// Rows or writes between two questions whether the call is to go on.
const size_t ask_every = 256;

// Everything that the storage holds. Whoever calls it holds its lock, but to begin and to end a snapshot.
class shelf {
public:
    std::unique_lock<std::mutex> lock() { return std::unique_lock<std::mutex>(mutex_); }

    point now() const { return point{now_, std::chrono::steady_clock::now()}; }
    const table &rows(uint32_t number) const {
        static const table none;
        const auto found = tables_.find(number);
        return found == tables_.end() ? none : found->second;
    }
    const std::string *find(const place &where, const point &at) const {
        const auto &rows = this->rows(where.first);
        const auto row = rows.find(where.second);
        return row == rows.end() ? nullptr : seen(row->second, at);
    }
    // Whether the row changed after `at`.
    bool changed(const place &where, uint64_t at) const {
        const auto &rows = this->rows(where.first);
        const auto row = rows.find(where.second);
        return row != rows.end() && row->second.back().at > at;
    }

    // The changes until the next call belong together: nobody sees one without the others.
    void next_change() {
        now_++;
        // What is over takes room until somebody writes.
        const moment now = std::chrono::steady_clock::now();
        while (!expiring_.empty() && expiring_.begin()->first <= now) {
            const place where = expiring_.begin()->second;
            expiring_.erase(expiring_.begin());
            const auto &rows = tables_[where.first];
            const auto row = rows.find(where.second);
            if (row != rows.end() && row->second.back().value != nullptr && row->second.back().value->is_over(now)) put(where, nullptr);
        }
    }
    void put(const place &where, std::shared_ptr<const text> value) {
        if (value != nullptr && value->until != moment::max()) expiring_.emplace(value->until, where);
        auto &versions = tables_[where.first][where.second];
        if (!versions.empty() && versions.back().at == now_) versions.back().value = std::move(value);
        else versions.push_back(version{now_, std::move(value)});
        if (snapshots_.empty()) forget(where);
        else old_.insert(where);
    }

    point begin_snapshot() {
        const auto locked = lock();
        snapshots_.insert(now_);
        return now();
    }
    void end_snapshot(const point &snapshot) {
        const auto locked = lock();
        snapshots_.erase(snapshots_.find(snapshot.change));
        if (!snapshots_.empty()) return;
        for (const auto &where : old_) forget(where);
        old_.clear();
    }

    void count(soch_storage_stats *stats) const {
        const point at = now();
        for (const auto &numbered : tables_) {
            for (const auto &row : numbered.second) {
                const std::string *value = seen(row.second, at);
                if (value == nullptr) continue;
                stats->key_count++;
                stats->bytes_stored += row.first.size() + value->size();
            }
        }
    }

private:
    // Keeps only the last version of a row, or nothing of one that is removed.
    void forget(const place &where) {
        auto &rows = tables_[where.first];
        const auto row = rows.find(where.second);
        if (row == rows.end()) return;
        row->second.erase(row->second.begin(), row->second.end() - 1);
        if (row->second.back().value == nullptr) rows.erase(row);
    }

    std::mutex mutex_;
    std::map<uint32_t, table> tables_;
    uint64_t now_ = 0;
    std::multiset<uint64_t> snapshots_;
    // Rows of which there may be more versions than the last.
    std::set<place> old_;
    // Rows that had a time to live, by its end.
    std::multimap<moment, place> expiring_;
};

// All rows as they were at one moment, for as long as this lives.
class snapshot {
public:
    explicit snapshot(shelf &of) : of_(of), at_(of.begin_snapshot()) {}
    snapshot(const snapshot &) = delete;
    snapshot &operator=(const snapshot &) = delete;
    ~snapshot() { of_.end_snapshot(at_); }
    shelf &of() const { return of_; }
    const point &at() const { return at_; }

private:
    shelf &of_;
    point at_;
};

class cursor {
public:
    cursor(const snapshot &of, uint32_t number, const soch_cursor_options &options)
        : of_(of), number_(number), reverse_((options.flags & SOCH_CURSOR_REVERSE) != 0), start_(copy(options.start)),
          end_(copy(options.end)), at_(reverse_ ? end_ : start_), unbound_(reverse_ && end_.empty()) {}

    void next(soch::call call, soch::span<soch_row> lent, size_t *count) {
        const auto locked = of_.of().lock();
        const table &rows = of_.of().rows(number_);
        auto row = unbound_ ? rows.end() : is_behind_ ? rows.upper_bound(at_) : rows.lower_bound(at_);
        size_t steps = 0;
        while (*count < lent.size() && row != (reverse_ ? rows.begin() : rows.end())) {
            if (reverse_) --row;
            // Versions that the snapshot does not see may be many.
            if (++steps % 1024 == 0) call.go_on();
            if (reverse_ ? row->first < start_ : !end_.empty() && row->first >= end_) return;
            const std::string *value = seen(row->second, of_.at());
            if (value != nullptr) {
                lent[*count].key = soch::bytes(row->first);
                lent[*count].value = soch::bytes(*value);
                ++*count;
            }
            at_ = row->first;
            is_behind_ = !reverse_, unbound_ = false;
            if (!reverse_) ++row;
        }
    }

    void seek(soch::call, soch::bytes key) {
        at_ = copy(key);
        is_behind_ = unbound_ = false;
        // Backwards, the next row is the one before `at_`.
        if (reverse_) at_.push_back('\0');
        if (reverse_ && !end_.empty()) at_ = std::min(at_, end_);
        if (!reverse_) at_ = std::max(at_, start_);
    }

private:
    const snapshot &of_;
    uint32_t number_;
    bool reverse_;
    // The next row is the first one from `at_` on, or if it is behind, the first one after it.
    std::string start_, end_, at_;
    bool is_behind_ = false;
    // Backwards from the end of the table.
    bool unbound_;
};

class reader {
public:
    explicit reader(shelf &of) : snapshot_(of) {}

    bool get(uint32_t number, soch::bytes key, soch_bytes *value) {
        const auto locked = snapshot_.of().lock();
        const std::string *found = snapshot_.of().find(place(number, copy(key)), snapshot_.at());
        if (found != nullptr) *value = soch::bytes(*found);
        return found != nullptr;
    }

    cursor open_cursor(uint32_t number, const soch_cursor_options *options) {
        const uint64_t known = SOCH_CURSOR_REVERSE | SOCH_CURSOR_KEYS_ONLY;
        if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~known) != 0) throw soch::failure(SOCH_UNSUPPORTED);
        return cursor(snapshot_, number, *options);
    }

private:
    snapshot snapshot_;
};

// Keeps its writes for itself until `commit`, which finds out whether another one changed the same rows.
class transaction {
public:
    explicit transaction(shelf &of) : snapshot_(of) {}

    bool get(uint32_t number, soch::bytes key, soch::writer value) {
        const auto locked = snapshot_.of().lock();
        const std::string *found = find(place(number, copy(key)));
        if (found != nullptr) value.write(*found);
        return found != nullptr;
    }
    void put(uint32_t number, soch::bytes key, soch::bytes value) {
        writes_[place(number, copy(key))] = std::make_shared<const text>(value);
    }
    void remove(uint32_t number, soch::bytes key) { writes_[place(number, copy(key))] = nullptr; }

    void scan(soch::call call, uint32_t number, soch::bytes start, soch::bytes end, uint64_t limit, soch::row_sink sink) {
        const auto locked = snapshot_.of().lock();
        const table &rows = snapshot_.of().rows(number);
        const std::string last = copy(end);
        auto row = rows.lower_bound(copy(start));
        auto own = writes_.lower_bound(place(number, copy(start)));
        for (size_t looked = 0; limit > 0; looked++) {
            if (looked % ask_every == 0) call.go_on();
            const bool is_own = own != writes_.end() && own->first.first == number;
            if (!is_own && row == rows.end()) return;
            const std::string &key = row == rows.end() || (is_own && own->first.second < row->first) ? own->first.second : row->first;
            if (!last.empty() && key >= last) return;
            const std::string *value = find(place(number, key));
            if (value != nullptr) sink.row(key, *value), limit--;
            const bool both = is_own && row != rows.end() && own->first.second == row->first, of_own = &key != &row->first;
            if (both || of_own) ++own;
            if (both || !of_own) ++row;
        }
    }

    void commit(soch::call call) {
        shelf &of = snapshot_.of();
        const auto locked = of.lock();
        call.go_on();
        for (const auto &write : writes_) {
            if (of.changed(write.first, snapshot_.at().change)) throw soch::failure(SOCH_CONFLICT, "another transaction changed a row");
        }
        of.next_change();
        for (const auto &write : writes_) of.put(write.first, write.second);
    }

private:
    const std::string *find(const place &where) const {
        const auto own = writes_.find(where);
        return own != writes_.end() ? left(own->second.get(), snapshot_.at().time) : snapshot_.of().find(where, snapshot_.at());
    }

    snapshot snapshot_;
    changes writes_;
};

class table_handle {
public:
    table_handle(shelf &of, uint32_t number) : of_(of), number_(number) {}

    bool get(soch::bytes key, soch::writer value) {
        const auto locked = of_.lock();
        const std::string *found = of_.find(place(number_, copy(key)), of_.now());
        if (found != nullptr) value.write(*found);
        return found != nullptr;
    }
    void put(soch::bytes key, soch::bytes value, uint64_t) {
        const auto stored = std::make_shared<const text>(value);
        const auto locked = of_.lock();
        of_.next_change();
        of_.put(place(number_, copy(key)), stored);
    }

private:
    shelf &of_;
    uint32_t number_;
};

} // namespace

class storage_versions {
public:
    static constexpr const char *author = "The SochDB authors";

    storage_versions(soch::host, soch::config config) { config.only({}); }

    bool get(uint32_t number, soch::bytes key, soch::writer value) { return table_handle(shelf_, number).get(key, value); }
    void put(uint32_t number, soch::bytes key, soch::bytes value, uint64_t txn) {
        table_handle(shelf_, number).put(key, value, txn);
    }
    void remove(uint32_t number, soch::bytes key, uint64_t) {
        const auto locked = shelf_.lock();
        shelf_.next_change();
        shelf_.put(place(number, copy(key)), nullptr);
    }
    void scan(soch::call call, uint32_t number, soch::bytes start, soch::bytes end, uint64_t limit, soch::row_sink sink) {
        transaction(shelf_).scan(call, number, start, end, limit, sink);
    }
    // Finds out first what changes, so that a batch which is cancelled meanwhile changed nothing.
    void write_batch(soch::call call, soch::span<const soch_write> writes, const soch_batch_options *options) {
        if (!soch_batch_is_known(writes.data(), writes.size(), SOCH_WRITE_EXPECT_ABSENT, options, SOCH_BATCH_DURABLE)) {
            throw soch::failure(SOCH_UNSUPPORTED, "a batch with this operation or flag");
        }
        const auto locked = shelf_.lock();
        changes made;
        size_t looked = 0;
        const auto ask = [&] { if (looked++ % ask_every == 0) call.go_on(); };
        for (const soch_write &write : writes) {
            ask();
            if (write.op < SOCH_WRITE_EXPECT) continue;
            const std::string *found = shelf_.find(place(write.table, copy(write.key)), shelf_.now());
            const bool as_expected = write.op == SOCH_WRITE_EXPECT ? found != nullptr && *found == copy(write.value) : found == nullptr;
            if (!as_expected) throw soch::failure(SOCH_CONFLICT, "a row is not as the batch expects it");
        }
        for (const soch_write &write : writes) {
            ask();
            const place where(write.table, copy(write.key));
            if (write.op == SOCH_WRITE_PUT) made[where] = std::make_shared<const text>(write.value, until(write.ttl_ms));
            else if (write.op == SOCH_WRITE_DELETE) made[where] = nullptr;
            if (write.op != SOCH_WRITE_DELETE_RANGE) continue;
            // An empty end is that of the table.
            const std::string end = copy(write.value);
            const table &rows = shelf_.rows(write.table);
            for (auto row = rows.lower_bound(where.second); row != rows.end() && (end.empty() || row->first < end); ++row) {
                ask();
                made[place(write.table, row->first)] = nullptr;
            }
            for (auto own = made.lower_bound(where); own != made.end() && own->first.first == write.table; ++own) {
                ask();
                if (end.empty() || own->first.second < end) own->second = nullptr;
            }
        }
        shelf_.next_change();
        for (const auto &change : made) shelf_.put(change.first, change.second);
    }
    void flush(soch::call) {}
    void stats(soch_storage_stats *stats) {
        const auto locked = shelf_.lock();
        shelf_.count(stats);
    }
    void describe(soch_storage_properties *properties) {
        properties->flags = SOCH_STORAGE_TRANSACTIONS | SOCH_STORAGE_EXACT_COUNT | SOCH_STORAGE_DELETE_RANGE | SOCH_STORAGE_EXPECT |
                            SOCH_STORAGE_TIME_TO_LIVE;
    }

    table_handle open_table(uint32_t number) { return table_handle(shelf_, number); }
    std::unique_ptr<reader> open_reader() { return std::unique_ptr<reader>(new reader(shelf_)); }
    std::unique_ptr<transaction> begin_txn(const soch_transaction_options *options) {
        const uint64_t known = SOCH_TRANSACTION_DURABLE;
        if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~known) != 0) throw soch::failure(SOCH_UNSUPPORTED);
        return std::unique_ptr<transaction>(new transaction(shelf_));
    }

private:
    shelf shelf_;
};

SOCH_CPP_PLUGIN("storage_versions", "1.0.0", SOCH_KIND_STORAGE, storage_versions, "Keeps rows in memory, in versions.");
