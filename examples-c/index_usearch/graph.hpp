// A graph of usearch and its vectors: added, removed, saved and loaded.
#ifndef GRAPH_HPP
#define GRAPH_HPP

#include "form.hpp"
#include "rows.hpp"
#include "saved.hpp"
#include "turns.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <thread>
#include <type_traits>
#include <usearch/index_dense.hpp>
#include <vector>

// Throws what usearch says went wrong. An error of usearch that nobody takes throws by itself, as another type.
template <class Result> void must(Result &result, soch_status status) {
    if (!result) throw soch::failure(status, result.error.release());
}

// Keeps what a function throws that usearch calls, as no exception may go through usearch.
class caught {
public:
    template <class Function> bool holds(Function function) noexcept {
        try {
            return function();
        } catch (...) {
            why_ = std::current_exception();
            return false;
        }
    }
    void rethrow() const {
        if (why_ != nullptr) std::rethrow_exception(why_);
    }

private:
    std::exception_ptr why_;
};

// What the configuration says.
struct settings {
    form vector;
    uint64_t m = 16, ef_construction = 128, ef_search = 64;
};

// Vectors may be added beside each other and beside searches. Two things that usearch leaves to who calls it are done here.
// A vector that comes in the place of one that is gone, or for which memory has to grow, is put in while nobody reads. And
// what is added while another vector, which is on several levels, has its links on some of them only, may be linked to that
// one alone, which then forgets it: by usearch alone, 4 threads that add 40 000 vectors to graphs of 2000 lose 78. So it is
// searched for, and if need be put in anew.
class graph {
public:
    using vectors = unum::usearch::index_dense_gt<row_key, uint32_t>;

    // With places for so many vectors.
    graph(const settings &settings, size_t places)
        : form_(settings.vector), ef_search_(settings.ef_search),
          rooms_(std::max<size_t>(std::thread::hardware_concurrency(), 4)), turns_(rooms_) {
        unum::usearch::index_dense_config_t config(settings.m, settings.ef_construction, 1);
        config.multi = true;
        auto made = vectors::make(form_.punned(), config, row_key(), unum::usearch::index_limits_t(places, rooms_));
        must(made, SOCH_LIMIT);
        vectors_.reset(new vectors(std::move(made.index)));
        count();
    }

    size_t size() const noexcept { return size_; }
    // Whether any row has more than one vector.
    bool has_several() const noexcept { return several_ > 0; }
    turns &rooms() const noexcept { return turns_; }
    // For who has a turn.
    const vectors &all() const noexcept { return *vectors_; }

    uint64_t bytes() const {
        const turn turn(turns_, visit::look);
        return vectors_->memory_usage();
    }

    void add(soch_bytes key, uint64_t row) {
        form_.check(key);
        const outcome beside = add_beside(key, row);
        if (beside == outcome::is_there || (beside == outcome::is_in_doubt && leads_to(key, row))) return;
        const turn turn(turns_, visit::alone);
        const std::vector<unsigned char> all = vectors_of(row);
        if (beside == outcome::is_in_doubt) {
            // Unless it was removed meanwhile.
            if (has(all, key)) replace(row, all.size(), all);
        } else if (!has(all, key)) {
            put(key, row, turn.room(), all.empty());
        }
    }

    void remove(soch_bytes key, uint64_t row) {
        form_.check(key);
        const turn turn(turns_, visit::alone);
        std::vector<unsigned char> all = vectors_of(row);
        const size_t before = all.size();
        for (size_t at = 0; at < all.size();) {
            const auto begin = all.begin() + (std::ptrdiff_t)at;
            if (std::memcmp(&all[at], key.ptr, key.len) == 0) all.erase(begin, begin + (std::ptrdiff_t)key.len);
            else at += key.len;
        }
        if (all.size() < before) replace(row, before, all);
    }

    void save(uint64_t watermark, saver &to) const {
        const turn turn(turns_, visit::save);
        to.head(watermark, several_, form_);
        caught caught;
        auto saved = vectors_->save_to_stream(
            [&](const void *bytes, size_t len) { return caught.holds([&] { return to.bytes(bytes, len), true; }); });
        caught.rethrow();
        must(saved, SOCH_FAILED);
        to.end();
    }

    // Into a graph that is new.
    void load(loader &from) {
        caught caught;
        auto done = vectors_->load_from_stream(
            [&](void *bytes, size_t len) { return caught.holds([&] { return from.bytes(bytes, len); }); });
        caught.rethrow();
        must(done, SOCH_UNSUPPORTED);
        from.end();
        several_ = from.several();
        count();
    }

private:
    enum class outcome { is_there, is_in_doubt, has_no_place };

    // Counts the vectors, and the places that there are for more.
    void count() {
        size_ = vectors_->size();
        gone_ = 0;
        for (auto member = vectors_->cbegin(); member != vectors_->cend(); ++member) {
            if (row_key((*member).key) == row_key()) gone_++;
        }
        places_ = vectors_->capacity() - size_ - gone_;
    }

    static bool has(const std::vector<unsigned char> &all, soch_bytes key) noexcept {
        for (size_t at = 0; at < all.size(); at += key.len) {
            if (std::memcmp(&all[at], key.ptr, key.len) == 0) return true;
        }
        return false;
    }

    // All vectors of a row, one behind the other.
    std::vector<unsigned char> vectors_of(uint64_t row) const {
        const size_t count = vectors_->count(row_key(row));
        std::vector<unsigned char> all(count * form_.bytes());
        if (count > 0) {
            form_.with({all.data(), all.size()}, [&](const auto *room) {
                using element = typename std::remove_const<typename std::remove_pointer<decltype(room)>::type>::type;
                vectors_->get(row_key(row), const_cast<element *>(room), count);
            });
        }
        return all;
    }

    outcome add_beside(soch_bytes key, uint64_t row) {
        turn turn(turns_, visit::add, row);
        const bool first = vectors_->count(row_key(row)) == 0;
        if (!first && has(vectors_of(row), key)) return outcome::is_there;
        // What is gone goes on only while somebody is alone.
        if (gone_ > 0) return outcome::has_no_place;
        for (size_t places = places_;;) {
            if (places == 0) return outcome::has_no_place;
            if (places_.compare_exchange_weak(places, places - 1)) break;
        }
        link(key, row, turn.room(), first);
        // Of several vectors of a row nobody tells on which levels this one is.
        return turn.end_add(!first || vectors_->level_of(row_key(row)) > 0) ? outcome::is_in_doubt : outcome::is_there;
    }

    bool leads_to(soch_bytes key, uint64_t row) const {
        const turn turn(turns_, visit::walk);
        return form_.with(key, [&](const auto *query) {
            auto matches = vectors_->search(query, (size_t)ef_search_, turn.room());
            must(matches, SOCH_LIMIT);
            for (size_t i = 0; i < matches.size(); i++) {
                if (row_key(matches[i].member.key).row() == row) return true;
            }
            return false;
        });
    }

    void link(soch_bytes key, uint64_t row, size_t room, bool first) {
        // Before a search finds it, which then looks whether a row came twice.
        if (!first) several_++;
        form_.with(key, [&](const auto *vector) {
            auto added = vectors_->add(row_key(row), vector, room);
            must(added, SOCH_LIMIT);
        });
        size_++;
    }

    // For who is alone.
    void put(soch_bytes key, uint64_t row, size_t room, bool first) {
        if (gone_ == 0 && places_ == 0) {
            if (!vectors_->try_reserve({std::max<size_t>(64, 2 * vectors_->capacity()), rooms_})) {
                throw soch::failure(SOCH_LIMIT, "no memory for more vectors");
            }
            count();
        }
        link(key, row, room, first);
        if (gone_ > 0) gone_--;
        else places_--;
    }

    // Puts `all` in the place of what the row has, of so many bytes: usearch removes all vectors of a row. For who is alone.
    void replace(uint64_t row, size_t before, const std::vector<unsigned char> &all) {
        const size_t len = form_.bytes(), count = before / len;
        auto removed = vectors_->remove(row_key(row));
        must(removed, SOCH_LIMIT);
        size_ -= count;
        gone_ += count;
        several_ -= count - 1;
        for (size_t at = 0; at < all.size(); at += len) put({&all[at], len}, row, 0, at == 0);
    }

    const form form_;
    const uint64_t ef_search_;
    const size_t rooms_;
    mutable turns turns_;
    std::unique_ptr<vectors> vectors_;
    // Vectors; those beyond the first one of their row; places of vectors that are gone, and places that nobody had yet.
    std::atomic<size_t> size_{0}, several_{0}, gone_{0}, places_{0};
};

#endif // GRAPH_HPP
