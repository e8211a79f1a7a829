// One search: which rows are the nearest of those that are allowed.
#ifndef FINDER_HPP
#define FINDER_HPP

#include "allowed.hpp"
#include "graph.hpp"

#include <algorithm>
#include <unordered_set>
#include <vector>

using found = std::pair<float, uint64_t>;

// So many rows are looked at until the caller is asked again.
constexpr size_t LOOKS_BETWEEN = 256;

class finder {
public:
    // Looks at `ef` candidates at least.
    finder(const graph &graph, soch::call call, const soch_search &search, size_t ef)
        : graph_(graph), call_(call), search_(search), ef_(ef) {}

    // Finds the nearest of the rows that are allowed, nearest first, each once. True: none that is nearer is missing.
    template <class Element> bool find(const Element *query, std::vector<found> &all) const {
        const size_t k = std::min(search_.k, graph_.size());
        if (k == 0) return true;
        const uint64_t most = most_allowed(search_);
        const double wide = (double)std::max(k, ef_) * (double)graph_.size();
        // Of few allowed rows usearch would look at nearly all others to find them.
        const bool few = most != UINT64_MAX && (double)most * (double)most < wide;
        if (!few && (search_.flags & SOCH_SEARCH_EXACT) == 0) {
            bool whole = false;
            with_allowed(search_, [&](auto allows) { whole = walk(query, k, allows, all); });
            // Rows may be out of reach in the graph.
            if (whole && all.size() >= std::min<uint64_t>(k, most)) return false;
        }
        // Of the rows that came since, too.
        look(query, search_.k, few, all);
        return true;
    }

private:
    // Measures the allowed rows one by one.
    template <class Element> void look(const Element *query, size_t k, bool few, std::vector<found> &all) const {
        const turn turn(graph_.rooms(), visit::look);
        all.clear();
        const graph::vectors &vectors = graph_.all();
        size_t looks = 0;
        const auto measure = [&](uint64_t row) {
            if (looks++ % LOOKS_BETWEEN == 0) call_.go_on();
            const auto distance = vectors.distance_between(row_key(row), query, turn.room());
            if (distance.count > 0) all.emplace_back(distance.min, row);
        };
        if (few) {
            each_allowed(search_, measure);
        } else {
            with_allowed(search_, [&](auto allows) {
                for (auto member = vectors.cbegin(); member != vectors.cend(); ++member) {
                    const row_key key((*member).key);
                    if (key != row_key() && allows(key.row())) measure(key.row());
                }
            });
        }
        std::sort(all.begin(), all.end());
        keep(k, all);
    }

    // Walks through the graph of usearch, which looks at as many candidates as it is asked for. False: a vector that was
    // added meanwhile had no links yet where the walk went by.
    template <class Element, class Allows>
    bool walk(const Element *query, size_t k, Allows allows, std::vector<found> &all) const {
        const turn turn(graph_.rooms(), visit::walk);
        const auto allowed = [&allows](const row_key &key) noexcept { return allows(key.row()); };
        for (size_t wanted = std::max(k, ef_);; wanted *= 2) {
            call_.go_on();
            auto matches = search_.filter == SOCH_FILTER_NONE
                               ? graph_.all().search(query, wanted, turn.room())
                               : graph_.all().filtered_search(query, wanted, allowed, turn.room());
            must(matches, SOCH_LIMIT);
            all.clear();
            const size_t useful = graph_.has_several() ? matches.size() : std::min(matches.size(), k);
            for (size_t i = 0; i < useful; i++) {
                all.emplace_back(matches[i].distance, row_key(matches[i].member.key).row());
            }
            keep(k, all);
            if (matches.size() < wanted) return !turn.met_add();
            // A row with several vectors may have taken the places of others.
            if (all.size() == k) return true;
        }
    }

    // Leaves the first `k` rows, each once.
    void keep(size_t k, std::vector<found> &all) const {
        if (graph_.has_several()) {
            std::unordered_set<uint64_t> seen;
            const auto twice = [&seen](const found &one) { return !seen.insert(one.second).second; };
            all.erase(std::remove_if(all.begin(), all.end(), twice), all.end());
        }
        all.resize(std::min(all.size(), k));
    }

    const graph &graph_;
    const soch::call call_;
    const soch_search &search_;
    const size_t ef_;
};

#endif // FINDER_HPP
