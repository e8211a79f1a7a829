// The rows of the contract as keys of usearch: all 64 bits of a row's number, and one key more, which is no row's.
#ifndef ROWS_HPP
#define ROWS_HPP

#include <cstdint>
#include <cstring>
#include <usearch/index.hpp>

// usearch marks a vector that is gone by a key. Of plain numbers that would be the greatest one, which is a row here.
struct row_key {
    // The number, and a byte that is 0 in the key of what is gone.
    unsigned char bytes[sizeof(uint64_t) + 1];

    row_key() noexcept { std::memset(bytes, 0, sizeof bytes); }
    explicit row_key(uint64_t row) noexcept {
        std::memcpy(bytes, &row, sizeof row);
        bytes[sizeof row] = 1;
    }
    uint64_t row() const noexcept {
        uint64_t row;
        std::memcpy(&row, bytes, sizeof row);
        return row;
    }
};

// usearch asks for each vector whether it is gone: the last byte tells that of nearly all.
inline bool operator==(const row_key &a, const row_key &b) noexcept {
    return a.bytes[sizeof(uint64_t)] == b.bytes[sizeof(uint64_t)] && a.row() == b.row();
}
inline bool operator!=(const row_key &a, const row_key &b) noexcept { return !(a == b); }

namespace unum {
namespace usearch {
template <> struct hash_gt<row_key> {
    std::size_t operator()(const row_key &key) const noexcept { return hash_gt<std::uint64_t>{}(key.row()); }
};
} // namespace usearch
} // namespace unum

#endif // ROWS_HPP
