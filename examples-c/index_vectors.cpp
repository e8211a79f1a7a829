// An index of vectors that looks at all of them: exact, whatever the filter allows. Configuration: {"dimensions": 16}
#include "sochdb_plugin.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>

class index_vectors {
    // In this order the vectors of a row lie side by side.
    typedef std::pair<uint64_t, std::vector<float>> entry;

public:
    index_vectors(soch::host host, soch::config config) : host_(host) {
        config.only({"dimensions"});
        config.need("dimensions", "say how many numbers a vector has");
        dimensions_ = config.integer<size_t>("dimensions", 0, 1, 65536);
#if SOCH_TARGET_MINOR >= 1
        host.describe_metric("build_seconds", "s", "Time that builds took");
#endif
    }

    void index_type(soch_str *name) { *name = SOCH_STR("flat"); }

    void describe(soch_index_properties *properties) {
        properties->element = SOCH_ELEMENT_F32;
        properties->metric = SOCH_DISTANCE_L2_SQUARED;
        properties->dimensions = dimensions_;
    }

    // What is built by parts, beside searches.
    class builder {
    public:
        explicit builder(index_vectors &of) : of_(of) {}
        void add(soch::call call, soch::span<const soch_index_entry> entries) {
            for (size_t at = 0; at < entries.size(); at++) {
                if (at % 1024 == 0) call.go_on();
                made_.insert(entry(entries[at].row, of_.numbers(entries[at].key)));
            }
        }
        void finish(soch::call call) {
            call.go_on();
            of_.entries_.swap(made_);
        }

    private:
        index_vectors &of_;
        std::set<entry> made_;
    };
    builder begin_build(soch::call, uint32_t, uint16_t) { return builder(*this); }
    void build(soch::call call, uint32_t, uint16_t, soch::span<const soch_index_entry> entries) {
        const soch::timer timed(host_, "build_seconds");
        builder made(*this);
        made.add(call, entries);
        made.finish(call);
    }
    void insert(soch::bytes key, uint64_t row) { entries_.insert(entry(row, numbers(key))); }
    void remove(soch::bytes key, uint64_t row) { entries_.erase(entry(row, numbers(key))); }
    // Changes a copy, so that all changes are made or none.
    void change_batch(soch::call call, soch::span<const soch_index_change> changes) {
        std::set<entry> made(entries_);
        for (size_t at = 0; at < changes.size(); at++) {
            if (at % 1024 == 0) call.go_on();
            const entry changed(changes[at].row, numbers(changes[at].key));
            if (changes[at].op == SOCH_INDEX_INSERT) made.insert(changed);
            else if (changes[at].op == SOCH_INDEX_REMOVE) made.erase(changed);
            else throw soch::failure(SOCH_UNSUPPORTED, "rows are added and removed");
        }
        entries_.swap(made);
    }
    void drop_index(soch::call) { entries_.clear(); }
    void size_bytes(uint64_t *bytes) { *bytes = entries_.size() * (sizeof(entry) + dimensions_ * sizeof(float)); }

    void search(soch::call call, soch::search search, uint64_t *rows, float *distances, soch_search_result *result) {
        if (!search.is_known(SOCH_SEARCH_EXACT | SOCH_SEARCH_WITHIN) || !search.parameters().empty() ||
            (search->element != SOCH_ELEMENT_BYTES && search->element != SOCH_ELEMENT_F32)) {
            throw soch::failure(SOCH_UNSUPPORTED, "this index takes vectors of 32-bit numbers, and no parameters");
        }
        const std::vector<float> query = numbers(search.query());
        // The farthest one of the best is at the front.
        std::vector<std::pair<float, uint64_t>> best;
        size_t seen = 0;
        for (auto at = entries_.begin(); at != entries_.end();) {
            const uint64_t row = at->first;
            const bool is_allowed = search.allows(row);
            // A row comes once, by the nearest of its vectors.
            float distance = std::numeric_limits<float>::infinity();
            for (; at != entries_.end() && at->first == row; ++at) {
                if (seen++ % 1024 == 0) call.go_on();
                if (is_allowed) distance = std::min(distance, squared(query, at->second));
            }
            if (!is_allowed || !search.within(distance)) continue;
            best.push_back(std::make_pair(distance, row));
            std::push_heap(best.begin(), best.end());
            if (best.size() <= search->k) continue;
            std::pop_heap(best.begin(), best.end());
            best.pop_back();
        }
        std::sort_heap(best.begin(), best.end());
        for (const auto &found : best) {
            *distances++ = found.first;
            *rows++ = found.second;
        }
        result->count = best.size();
        result->flags = SOCH_SEARCH_IS_EXACT;
    }

private:
    // Bytes that are lent have no alignment.
    std::vector<float> numbers(soch::bytes key) const {
        if (key.len != dimensions_ * sizeof(float)) throw soch::failure(SOCH_INVALID, "a vector of other dimensions");
        std::vector<float> made(dimensions_);
        std::memcpy(made.data(), key.ptr, key.len);
        for (float number : made) {
            if (!(number - number == 0)) throw soch::failure(SOCH_INVALID, "a number that is not finite");
        }
        return made;
    }

    static float squared(const std::vector<float> &one, const std::vector<float> &other) {
        float sum = 0;
        for (size_t at = 0; at < one.size(); at++) sum += (one[at] - other[at]) * (one[at] - other[at]);
        return sum;
    }

    soch::host host_;
    size_t dimensions_;
    std::set<entry> entries_;
};

SOCH_CPP_PLUGIN("index_vectors", "1.0.0", SOCH_KIND_INDEX, index_vectors, "Compares a vector with all others.");
