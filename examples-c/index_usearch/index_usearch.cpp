// Nearest neighbours by usearch: vectors of f32, f16, i8 and bits, filtered, saved and loaded. Its headers are those of the
// crate `usearch`; build.rs beside this file tells how it is built.
#include "allowed.hpp"
#include "form.hpp"
#include "rows.hpp"
#include "saved.hpp"
#include "sochdb_plugin.hpp"
#include "turns.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <usearch/index_dense.hpp>
#include <vector>

namespace {

namespace us = unum::usearch;
using vectors = us::index_dense_gt<row_key, uint32_t>;
using found = std::pair<float, uint64_t>;

// So many rows are looked at until the caller is asked again.
constexpr size_t LOOKS_BETWEEN = 256;

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

class index_usearch {
public:
    index_usearch(const soch_host &, soch_str config)
        : rooms_(std::max<size_t>(std::thread::hardware_concurrency(), 4)), turns_(rooms_) {
        read(config);
        vectors_ = made(0);
    }

    void index_type(soch_str *name) { *name = SOCH_STR("usearch"); }

    void describe(soch_index_properties *properties) {
        // Not SOCH_INDEX_CONCURRENT_CHANGES: after adds from several threads at once, usearch's graph once did not lead to a
        // row that it has.
        properties->element = form_.element;
        properties->dimensions = form_.dimensions;
        properties->metric = form_.distance();
    }

    void build(soch::call call, uint32_t, uint16_t, const soch_index_entry *entries, size_t count) {
        std::unique_ptr<vectors> built = made(count);
        uint64_t several = 0;
        for (size_t i = 0; i < count; i++) {
            call.go_on();
            call.progress(i, count);
            several += add(*built, entries[i].key, entries[i].row);
        }
        vectors_.swap(built);
        several_ = several;
    }

    void insert(soch_bytes key, uint64_t row) { several_ += add(*vectors_, key, row); }

    // usearch removes all vectors of a row: the others come back.
    void remove(soch_bytes key, uint64_t row) {
        form_.check(key);
        std::vector<unsigned char> all = vectors_of(*vectors_, row);
        const size_t len = form_.bytes(), before = all.size();
        for (size_t at = 0; at < all.size();) {
            const auto begin = all.begin() + (std::ptrdiff_t)at;
            if (std::memcmp(&all[at], key.ptr, len) == 0) all.erase(begin, begin + (std::ptrdiff_t)len);
            else at += len;
        }
        if (all.size() == before) return;
        auto removed = vectors_->remove(row_key(row));
        must(removed, SOCH_LIMIT);
        several_ -= before / len - 1;
        for (size_t at = 0; at < all.size(); at += len) several_ += add(*vectors_, {&all[at], len}, row);
    }

    void size_bytes(uint64_t *bytes) { *bytes = vectors_->memory_usage(); }

    // Its parameter is `ef`: how many candidates are looked at.
    void search(soch::call call, const soch_search *search, uint64_t *rows, float *distances,
                soch_search_result *result) {
        if (!soch_search_is_known(search, SOCH_SEARCH_EXACT | SOCH_SEARCH_WITHIN)) {
            throw soch::failure(SOCH_UNSUPPORTED, "this search asks for more than the index knows");
        }
        if (search->element != SOCH_ELEMENT_BYTES && search->element != form_.element) {
            throw soch::failure(SOCH_UNSUPPORTED, "a query of another element than the index has");
        }
        form_.check(search->query);
        const size_t ef = ef_of(*search), k = std::min(search->k, vectors_->size());
        std::vector<found> all;
        bool exact = k == 0;
        if (!exact) {
            const turn turn(turns_);
            exact = form_.with(search->query, [&](const auto *query) {
                return look(call, *search, query, k, ef, turn.room(), all);
            });
        }
        for (const found &one : all) {
            if ((search->flags & SOCH_SEARCH_WITHIN) != 0 && one.first > search->max_distance) break;
            rows[result->count] = one.second;
            distances[result->count++] = one.first;
        }
        if (exact) result->flags |= SOCH_SEARCH_IS_EXACT;
    }

    void save(soch::call call, uint64_t watermark, soch::writer output) {
        saver to(output, call);
        for (uint64_t number : {SAVED_FORMAT, watermark, several_, form_.dimensions, (uint64_t)form_.element,
                                (uint64_t)form_.metric}) {
            to.number(number);
        }
        caught caught;
        auto saved = vectors_->save_to_stream(
            [&](const void *bytes, size_t len) { return caught.holds([&] { return to.bytes(bytes, len), true; }); });
        caught.rethrow();
        must(saved, SOCH_FAILED);
        to.end();
    }

    void load(soch::call call, soch_bytes saved, uint64_t *watermark) {
        loader from(saved, form_, call);
        std::unique_ptr<vectors> loaded = made(0);
        caught caught;
        auto done = loaded->load_from_stream(
            [&](void *bytes, size_t len) { return caught.holds([&] { return from.bytes(bytes, len); }); });
        caught.rethrow();
        must(done, SOCH_UNSUPPORTED);
        from.end();
        vectors_.swap(loaded);
        several_ = from.several();
        *watermark = from.watermark();
    }

private:
    void read(soch_str config) {
        static const char *const known[] = {"dimensions",      "element",   "metric", "m",
                                            "ef_construction", "ef_search", nullptr};
        soch_error error;
        char element[16] = "", metric[16] = "";
        const auto done = [&error](soch_status status) {
            if (status != SOCH_OK) throw soch::failure(status, error.message);
        };
        done(soch_config_only(config, "", known, &error));
        done(soch_config_need(config, "dimensions", "say how many elements a vector has", &error));
        done(soch_config_unsigned(config, "dimensions", 1, 1 << 16, &form_.dimensions, &error));
        done(soch_config_text(config, "element", element, sizeof element, &error));
        done(soch_config_text(config, "metric", metric, sizeof metric, &error));
        done(soch_config_unsigned(config, "m", 2, 512, &m_, &error));
        done(soch_config_unsigned(config, "ef_construction", 1, 1 << 16, &ef_construction_, &error));
        done(soch_config_unsigned(config, "ef_search", 1, 1 << 16, &ef_search_, &error));
        form_.element = element_named(element);
        form_.metric = metric_named(metric, form_.element);
        if (form_.element == SOCH_ELEMENT_BIT && form_.dimensions % 8 != 0) {
            throw soch::failure(SOCH_INVALID, "configuration: `dimensions` of bits must be a multiple of 8");
        }
    }

    std::unique_ptr<vectors> made(size_t count) const {
        us::index_dense_config_t config(m_, ef_construction_, 1);
        config.multi = true;
        auto state = vectors::make(form_.punned(), config, row_key(), us::index_limits_t(count, rooms_));
        must(state, SOCH_LIMIT);
        return std::unique_ptr<vectors>(new vectors(std::move(state.index)));
    }

    // All vectors of a row, one behind the other.
    std::vector<unsigned char> vectors_of(const vectors &from, uint64_t row) const {
        const size_t count = from.count(row_key(row));
        std::vector<unsigned char> all(count * form_.bytes());
        if (count > 0) {
            form_.with({all.data(), all.size()}, [&](const auto *room) {
                using element = typename std::remove_const<typename std::remove_pointer<decltype(room)>::type>::type;
                from.get(row_key(row), const_cast<element *>(room), count);
            });
        }
        return all;
    }

    // Returns 1 if the row has another vector too, else 0.
    uint64_t add(vectors &to, soch_bytes key, uint64_t row) {
        form_.check(key);
        const std::vector<unsigned char> all = vectors_of(to, row);
        for (size_t at = 0; at < all.size(); at += key.len) {
            if (std::memcmp(&all[at], key.ptr, key.len) == 0) return 0;
        }
        if (to.size() == to.capacity()) {
            if (!to.try_reserve(us::index_limits_t(std::max<size_t>(64, 2 * to.capacity()), rooms_))) {
                throw soch::failure(SOCH_LIMIT, "no memory for more vectors");
            }
        }
        const turn turn(turns_);
        form_.with(key, [&](const auto *vector) {
            auto added = to.add(row_key(row), vector, turn.room());
            must(added, SOCH_LIMIT);
        });
        return all.empty() ? 0 : 1;
    }

    size_t ef_of(const soch_search &search) const {
        uint64_t ef = ef_search_;
        for (size_t i = 0; i < search.parameter_count; i++) {
            const soch_label &parameter = search.parameters[i];
            if (std::string(parameter.name.ptr, parameter.name.len) != "ef") {
                throw soch::failure(SOCH_UNSUPPORTED, "a parameter of a search that is not `ef`");
            }
            soch_error error;
            // An unsigned number is left as it is by `null`, which is none.
            const bool is_number = parameter.value.len > 0 && *parameter.value.ptr >= '0' && *parameter.value.ptr <= '9';
            if (!is_number || soch_config_unsigned(parameter.value, "", 1, 1 << 16, &ef, &error) != SOCH_OK) {
                throw soch::failure(SOCH_INVALID, "`ef` must be a whole number, 1 to 65536");
            }
        }
        return (size_t)ef;
    }

    // Finds the nearest of the rows that are allowed, nearest first, each once. True: none that is nearer is missing.
    template <class Element>
    bool look(soch::call call, const soch_search &search, const Element *query, size_t k, size_t ef, size_t room,
              std::vector<found> &all) const {
        const uint64_t most = most_allowed(search);
        const double wide = (double)std::max(k, ef) * (double)vectors_->size();
        // Of few allowed rows usearch would look at nearly all others to find them.
        const bool few = most != UINT64_MAX && (double)most * (double)most < wide;
        if (!few && (search.flags & SOCH_SEARCH_EXACT) == 0) {
            with_allowed(search, [&](auto allows) { walk(call, search, query, k, ef, room, allows, all); });
            // Rows may be out of reach in the graph.
            if (all.size() >= std::min<uint64_t>(k, most)) return false;
        }
        all.clear();
        size_t looks = 0;
        const auto measure = [&](uint64_t row) {
            if (looks++ % LOOKS_BETWEEN == 0) call.go_on();
            const auto distance = vectors_->distance_between(row_key(row), query, room);
            if (distance.count > 0) all.emplace_back(distance.min, row);
        };
        if (few) {
            each_allowed(search, measure);
        } else {
            with_allowed(search, [&](auto allows) {
                for (auto member = vectors_->cbegin(); member != vectors_->cend(); ++member) {
                    const row_key key((*member).key);
                    if (key != row_key() && allows(key.row())) measure(key.row());
                }
            });
        }
        std::sort(all.begin(), all.end());
        keep(all, k);
        return true;
    }

    // Walks through the graph of usearch, which looks at as many candidates as it is asked for.
    template <class Element, class Allows>
    void walk(soch::call call, const soch_search &search, const Element *query, size_t k, size_t ef, size_t room, Allows allows,
              std::vector<found> &all) const {
        const auto allowed = [&allows](const row_key &key) noexcept { return allows(key.row()); };
        for (size_t wanted = std::max(k, ef);; wanted *= 2) {
            call.go_on();
            auto matches = search.filter == SOCH_FILTER_NONE
                               ? vectors_->search(query, wanted, room)
                               : vectors_->filtered_search(query, wanted, allowed, room);
            must(matches, SOCH_LIMIT);
            all.clear();
            const size_t useful = several_ > 0 ? matches.size() : std::min(matches.size(), k);
            for (size_t i = 0; i < useful; i++) {
                all.emplace_back(matches[i].distance, row_key(matches[i].member.key).row());
            }
            keep(all, k);
            // A row with several vectors may have taken the places of others.
            if (all.size() == k || matches.size() < wanted) return;
        }
    }

    // Leaves the first `k` rows, each once.
    void keep(std::vector<found> &all, size_t k) const {
        if (several_ > 0) {
            std::unordered_set<uint64_t> seen;
            const auto twice = [&seen](const found &one) { return !seen.insert(one.second).second; };
            all.erase(std::remove_if(all.begin(), all.end(), twice), all.end());
        }
        all.resize(std::min(all.size(), k));
    }

    form form_;
    uint64_t m_ = 16, ef_construction_ = 128, ef_search_ = 64;
    const size_t rooms_;
    turns turns_;
    std::unique_ptr<vectors> vectors_;
    // Vectors beyond the first one of their row.
    uint64_t several_ = 0;
};

} // namespace

SOCH_CPP_PLUGIN("index_usearch", "1.0.0", SOCH_KIND_INDEX, index_usearch,
                "Finds the nearest of vectors of f32, f16, i8 or bits, by usearch.");
