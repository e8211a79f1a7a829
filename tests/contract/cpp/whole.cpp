// A class of two kinds with handles: as it is, it compiles; the test changes a line of it, and it must not.
#include "sochdb_plugin.hpp"

#include <memory>

struct cursor {
    void next(soch::call, soch::span<soch_row>, size_t *) {}
    void seek(soch::call, soch::bytes) {}
};

struct reader {
    bool get(uint32_t, soch::bytes, soch_bytes *) { return false; }
    cursor open_cursor(uint32_t, const soch_cursor_options *) { return cursor(); }
    void close() {}
};

struct transaction {
    bool get(uint32_t, soch::bytes, soch::writer) { return false; }
    void put(uint32_t, soch::bytes, soch::bytes) {}
    void remove(uint32_t, soch::bytes) {}
    void scan(soch::call, uint32_t, soch::bytes, soch::bytes, uint64_t, soch::row_sink) {}
    soch_status commit(soch::call) { return SOCH_OK; }
    void set_savepoint() {}
    void rollback_to_savepoint() {}
    void abort() {}
};

class whole {
public:
    whole(soch::host, soch::config) {}
    void shutdown() {}
    bool get(uint32_t, soch::bytes, soch::writer) { return false; }
    void put(uint32_t, soch::bytes, soch::bytes, uint64_t) {}
    void remove(uint32_t, soch::bytes, uint64_t) {}
    void scan(soch::call, uint32_t, soch::bytes, soch::bytes, uint64_t, soch::row_sink) {}
    void flush(soch::call) {}
    void stats(soch_storage_stats *) {}
    void checkpoint(soch::call, soch::str) {}
    bool property(soch::str, soch::writer) { return false; }
    void multi_get(soch::call, uint32_t, soch::span<const soch_bytes>, soch::value_sink) {}
    void write_batch(soch::call, soch::span<const soch_write>, const soch_batch_options *) {}
    std::unique_ptr<reader> open_reader() { return nullptr; }
    std::unique_ptr<transaction> begin_txn(const soch_transaction_options *) { return nullptr; }

    void algorithm(soch_str *) {}
    void compress(soch::bytes, soch::writer) {}
    void decompress(soch::bytes, soch::writer) {}
    void compress_with(soch::bytes, const soch_compression_options *, soch::writer) {}
    void decompress_with(soch::bytes, const soch_compression_options *, soch::writer) {}
    void train(soch::call, soch::span<const soch_bytes>, size_t, soch::writer) {}
};

SOCH_CPP_PLUGIN("whole", "1", SOCH_KIND_STORAGE | SOCH_KIND_COMPRESSION, whole, "Has it all.");
