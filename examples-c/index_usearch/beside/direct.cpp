// usearch as an application calls it: rows as keys, one vector a row, and a room for each thread.
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <usearch/index_dense.hpp>

namespace us = unum::usearch;

namespace {

// Calls `use` with the vector as usearch wants it.
template <class Use> auto with(const us::index_dense_t &index, const void *vector, Use use) {
    switch (index.scalar_kind()) {
    case us::scalar_kind_t::f32_k: return use(static_cast<const us::f32_t *>(vector));
    case us::scalar_kind_t::f16_k: return use(static_cast<const us::f16_t *>(vector));
    default: return use(static_cast<const us::i8_t *>(vector));
    }
}

template <class Result> size_t take(Result found, size_t k, uint64_t *rows, float *distances) {
    size_t count = 0;
    for (; count < found.size() && count < k; count++) {
        rows[count] = found[count].member.key;
        distances[count] = found[count].distance;
    }
    return count;
}

} // namespace

extern "C" {

us::index_dense_t *direct_new(size_t dimensions, char element, size_t rows, size_t threads) {
    const us::scalar_kind_t kind = element == 'f'   ? us::scalar_kind_t::f32_k
                                   : element == 'h' ? us::scalar_kind_t::f16_k
                                                    : us::scalar_kind_t::i8_k;
    const auto metric = us::metric_punned_t::builtin(dimensions, us::metric_kind_t::l2sq_k, kind);
    // As the plugin's defaults are.
    auto made = us::index_dense_t::make(metric, us::index_dense_config_t(16, 128, 64));
    auto *index = new us::index_dense_t(std::move(made.index));
    index->reserve(us::index_limits_t(rows, threads));
    return index;
}

void direct_add(us::index_dense_t *index, uint64_t row, const void *vector, size_t thread) {
    with(*index, vector, [&](const auto *vector) { index->add(row, vector, thread).error.raise(); });
}

size_t direct_nearest(const us::index_dense_t *index, const void *query, size_t k, uint64_t *rows, float *distances) {
    return with(*index, query, [&](const auto *query) { return take(index->search(query, k, 0), k, rows, distances); });
}

size_t direct_exact(const us::index_dense_t *index, const void *query, size_t k, const uint64_t *words, uint64_t *rows,
                    float *distances) {
    const auto allowed = [words](uint64_t row) noexcept { return (words[row / 64] >> row % 64 & 1) != 0; };
    return with(*index, query, [&](const auto *query) {
        return take(index->filtered_search(query, k, allowed, 0, true), k, rows, distances);
    });
}

size_t direct_filtered(const us::index_dense_t *index, const void *query, size_t k, const uint64_t *words, uint64_t *rows,
                       float *distances) {
    const auto allowed = [words](uint64_t row) noexcept { return (words[row / 64] >> row % 64 & 1) != 0; };
    return with(*index, query, [&](const auto *query) {
        return take(index->filtered_search(query, k, allowed, 0), k, rows, distances);
    });
}

// What this thread was on a processor, as others may run beside it.
uint64_t direct_nanoseconds() {
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void direct_free(us::index_dense_t *index) { delete index; }
}
