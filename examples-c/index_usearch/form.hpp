// The vectors that an index takes: elements, dimensions, and how distances are measured. From the configuration.
#ifndef FORM_HPP
#define FORM_HPP

#include "sochdb_config.h"
#include "sochdb_plugin.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <usearch/index_plugins.hpp>
#include <vector>

struct form {
    uint32_t element = SOCH_ELEMENT_F32;
    uint64_t dimensions = 0;
    unum::usearch::metric_kind_t metric = unum::usearch::metric_kind_t::l2sq_k;

    size_t bytes() const noexcept {
        switch (element) {
        case SOCH_ELEMENT_F32: return (size_t)dimensions * 4;
        case SOCH_ELEMENT_F16: return (size_t)dimensions * 2;
        case SOCH_ELEMENT_I8: return (size_t)dimensions;
        default: return (size_t)dimensions / 8;
        }
    }

    uint32_t distance() const noexcept {
        switch (metric) {
        case unum::usearch::metric_kind_t::l2sq_k: return SOCH_DISTANCE_L2_SQUARED;
        case unum::usearch::metric_kind_t::cos_k: return SOCH_DISTANCE_COSINE;
        default: return SOCH_DISTANCE_OTHER;
        }
    }

    unum::usearch::metric_punned_t punned() const {
        using unum::usearch::scalar_kind_t;
        const scalar_kind_t kind = element == SOCH_ELEMENT_F32   ? scalar_kind_t::f32_k
                                   : element == SOCH_ELEMENT_F16 ? scalar_kind_t::f16_k
                                   : element == SOCH_ELEMENT_I8  ? scalar_kind_t::i8_k
                                                                 : scalar_kind_t::b1x8_k;
        return unum::usearch::metric_punned_t::builtin((size_t)dimensions, metric, kind);
    }

    // Refuses what is no vector of this form: another length, or numbers that would make distances infinite or NaN. Of two
    // vectors whose squares sum up to a quarter of the greatest `float` at most, no distance is.
    void check(soch_bytes key) const {
        if (key.len != bytes()) {
            throw soch::failure(SOCH_INVALID, "a vector of " + std::to_string(key.len) + " bytes, where " +
                                                  std::to_string(bytes()) + " are one of this index");
        }
        // All of them, as a loop that goes on is vectorized.
        bool finite = true;
        float squares = 0;
        for (size_t at = 0; element == SOCH_ELEMENT_F32 && at < key.len; at += 4) {
            float number;
            std::memcpy(&number, key.ptr + at, sizeof number);
            squares += number * number;
        }
        // Not so if it is NaN.
        finite &= squares <= std::numeric_limits<float>::max() / 4;
        for (size_t at = 0; element == SOCH_ELEMENT_F16 && at < key.len; at += 2) {
            uint16_t number;
            std::memcpy(&number, key.ptr + at, sizeof number);
            finite &= (number & 0x7C00u) != 0x7C00u;
        }
        if (!finite) throw soch::failure(SOCH_INVALID, "an element of the vector is not a finite number, or they are too large to be squared");
    }

    // Calls `use` with the vector as usearch wants it. Lent bytes may lie anywhere, numbers may not.
    template <class Use> auto with(soch_bytes key, Use use) const {
        using namespace unum::usearch;
        std::vector<uint64_t> room;
        const void *at = key.ptr;
        if (reinterpret_cast<uintptr_t>(key.ptr) % 4 != 0) {
            room.resize(key.len / sizeof(uint64_t) + 1);
            at = std::memcpy(room.data(), key.ptr, key.len);
        }
        switch (element) {
        case SOCH_ELEMENT_F32: return use(static_cast<const f32_t *>(at));
        case SOCH_ELEMENT_F16: return use(static_cast<const f16_t *>(at));
        case SOCH_ELEMENT_I8: return use(static_cast<const i8_t *>(at));
        default: return use(static_cast<const b1x8_t *>(at));
        }
    }
};

// What `"metric"` may be for these elements: the squared Euclidean distance, 1 minus the cosine, how many bits differ.
inline unum::usearch::metric_kind_t metric_named(const std::string &name, uint32_t element) {
    using unum::usearch::metric_kind_t;
    const bool bits = element == SOCH_ELEMENT_BIT;
    if (bits && (name.empty() || name == "hamming")) return metric_kind_t::hamming_k;
    if (!bits && (name.empty() || name == "l2sq")) return metric_kind_t::l2sq_k;
    if (!bits && name == "cosine") return metric_kind_t::cos_k;
    throw soch::failure(SOCH_INVALID, bits ? "configuration: `metric` of bits must be hamming"
                                           : "configuration: `metric` must be l2sq or cosine");
}

inline uint32_t element_named(const std::string &name) {
    if (name.empty() || name == "f32") return SOCH_ELEMENT_F32;
    if (name == "f16") return SOCH_ELEMENT_F16;
    if (name == "i8") return SOCH_ELEMENT_I8;
    if (name == "bit") return SOCH_ELEMENT_BIT;
    throw soch::failure(SOCH_INVALID, "configuration: `element` must be f32, f16, i8 or bit");
}

#endif // FORM_HPP
