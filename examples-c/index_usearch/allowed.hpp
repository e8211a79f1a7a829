// The rows that a search allows.
#ifndef ALLOWED_HPP
#define ALLOWED_HPP

#include "sochdb_plugin.hpp"

#include <algorithm>

// How many rows a filter allows at most; UINT64_MAX if only asking each would tell.
inline uint64_t most_allowed(const soch_search &search) noexcept {
    if (search.filter == SOCH_FILTER_SORTED) return search.filter_count;
    if (search.filter != SOCH_FILTER_BITMAP) return UINT64_MAX;
    uint64_t count = 0;
    for (size_t i = 0; i < search.filter_count; i++) count += (uint64_t)__builtin_popcountll(search.filter_words[i]);
    return count;
}

// Calls `use` with a function that tells whether a row is allowed, another one for each form of a filter: usearch asks it
// for each vector that it meets, so it is compiled into the search.
template <class Use> void with_allowed(const soch_search &search, Use use) {
    const uint64_t *words = search.filter_words;
    const size_t count = search.filter_count;
    switch (search.filter) {
    case SOCH_FILTER_NONE: return use([](uint64_t) noexcept { return true; });
    case SOCH_FILTER_BITMAP:
        return use([=](uint64_t row) noexcept { return row / 64 < count && (words[row / 64] >> row % 64 & 1) != 0; });
    case SOCH_FILTER_SORTED:
        return use([=](uint64_t row) noexcept { return std::binary_search(words, words + count, row); });
    case SOCH_FILTER_CALLBACK:
        return use([&search](uint64_t row) noexcept { return search.allows(search.filter_ctx, row) != 0; });
    default: throw soch::failure(SOCH_UNSUPPORTED, "a filter in a form that this version does not know");
    }
}

// Calls `use` with each row that a bitmap or a list allows.
template <class Use> void each_allowed(const soch_search &search, Use use) {
    for (size_t i = 0; i < search.filter_count; i++) {
        if (search.filter == SOCH_FILTER_SORTED) {
            use(search.filter_words[i]);
            continue;
        }
        for (uint64_t word = search.filter_words[i]; word != 0; word &= word - 1) {
            use((uint64_t)i * 64 + (uint64_t)__builtin_ctzll(word));
        }
    }
}

#endif // ALLOWED_HPP
