// A storage that writes down what becomes of what it opens, and of what it is given; and a caller in C's manner.
#include "sochdb_plugin.hpp"

#include <cstdio>
#include <memory>

static std::string events;

// Says what it is when it is made and when it is destroyed; a copy that was moved from is nobody.
class told {
public:
    explicit told(const char *name) : name_(name) { events += std::string("+") + name + " "; }
    told(told &&other) : name_(other.name_) { other.name_ = nullptr; }
    ~told() {
        if (name_ != nullptr) events += std::string("-") + name_ + " ";
    }

private:
    const char *name_;
};

struct cursor {
    told life;
    void next(soch::call, soch::span<soch_row> rows, size_t *count) {
        for (soch_row &row : rows) row.key = soch::bytes("k", 1);
        *count = rows.size();
    }
    bool seek(soch::call, soch::string_view key) { return key == soch::string_view("there"); }
};

// Given back by value.
struct reader {
    told life;
    bool get(uint32_t, soch::string_view key, soch_bytes *value) {
        *value = soch::bytes(key);
        return !key.empty();
    }
    cursor open_cursor(uint32_t, const soch_cursor_options *) { return cursor{told("cursor")}; }
    void close() { events += "close "; }
};

struct transaction {
    virtual ~transaction() {}
    virtual bool get(uint32_t, soch_bytes, const soch_writer *) = 0;
    virtual void put(uint32_t, soch::span<const uint8_t> key, soch::bytes value) = 0;
    virtual void remove(uint32_t, soch::bytes) {}
    virtual void scan(soch::call, uint32_t, soch_bytes, soch_bytes, uint64_t, soch::row_sink) {}
    virtual soch::outcome<> commit(soch::call) = 0;
    virtual void abort() { events += "abort "; }
};

struct derived : transaction {
    told life = told("transaction");
    bool get(uint32_t, soch_bytes, const soch_writer *) override { return false; }
    void put(uint32_t, soch::span<const uint8_t> key, soch::bytes value) override {
        events += std::to_string(key.size()) + "," + std::to_string(value.len) + " ";
    }
    soch::outcome<> commit(soch::call) override {
        events += "commit ";
        return soch::failure(SOCH_CONFLICT, "too late", 3);
    }
};

class storage {
public:
    static constexpr const char *author = "somebody";
    static const char *const capabilities[];

    // In place of a constructor.
    static soch::outcome<std::unique_ptr<storage>> create(soch::host, soch::config config) {
        if (config.len == 2) return std::unique_ptr<storage>(new storage);
        return soch::failure(SOCH_INVALID, "not two bytes", 2);
    }
    ~storage() { events += "-storage "; }

    const void *get_interface(soch::string_view id) {
        return id == soch::string_view("com.example/1") ? &events : nullptr;
    }
    bool get(uint32_t, soch::string_view key, soch::writer value) {
        if (key.empty()) return false;
        value.write(key);
        return true;
    }
    void put(uint32_t, soch::bytes, soch::bytes, uint64_t) {}
    soch_status remove(uint32_t, soch::bytes, uint64_t) { return SOCH_READ_ONLY; }
    void scan(soch::call, uint32_t, soch::bytes, soch::bytes, uint64_t, soch::row_sink) {}
    void flush(soch::call) {}
    void write_batch(soch::call, soch::span<const soch_write> writes, const soch_batch_options *) { events += std::to_string(writes.size()) + " writes "; }

    reader open_reader() { return reader{told("reader")}; }
    soch::outcome<std::unique_ptr<transaction>> begin_txn(const soch_transaction_options *options) {
        if (options == nullptr) return soch::failure(SOCH_BUSY, "wait", 9);
        return std::unique_ptr<transaction>(new derived);
    }
    // No handle: the host calls `get` and `put`.
    struct table {
        void get(soch_bytes, soch::writer) {}
        void put(soch_bytes, soch_bytes, uint64_t) {}
    };
    std::unique_ptr<table> open_table(uint32_t) { return nullptr; }
};
const char *const storage::capabilities[] = {"com.example/1", nullptr};

struct builder {
    told life;
    void add(soch::call, soch::span<const soch_index_entry> entries) { events += std::to_string(entries.size()) + " entries "; }
    soch::outcome<> finish(const soch_call *call) {
        if (call == nullptr) return soch::failure(SOCH_BUSY, "later", 5);
        events += "finish ";
        return soch::outcome<>();
    }
    void abandon() { events += "abandon "; }
};

struct indexed {
    void index_type(soch_str *) {}
    void build(soch::call, uint32_t, uint16_t, soch::span<const soch_index_entry>) {}
    void insert(soch::bytes, uint64_t) {}
    void remove(soch::bytes, uint64_t) {}
    void size_bytes(uint64_t *) {}
    builder begin_build(soch::call, uint32_t, uint16_t) { return builder{told("builder")}; }
};

SOCH_CPP_PLUGIN("storage", "1", SOCH_KIND_STORAGE | SOCH_KIND_CUSTOM, storage, "Tells.");

static int at;
static soch_error error;
static void is(bool right) {
    at++;
    if (right) return;
    std::printf("%d: %s, error %d %s\n", at, events.c_str(), (int)error.code, error.message);
    std::exit(1);
}
static void are(const char *expected) {
    is(events == expected);
    events.clear();
}

int main() {
    const soch_plugin &plugin = soch_plugin_v1;
    const soch_storage &table = *plugin.storage;
    const soch_host host = soch_host();
    void *instance = nullptr, *handle = nullptr, *cursor = nullptr;
    is(std::string(plugin.author) == "somebody" && plugin.capabilities == storage::capabilities);
    is(plugin.create(&host, SOCH_STR("{ }"), &instance, &error) == SOCH_INVALID && error.code == 2);
    is(plugin.create(&host, SOCH_STR("{}"), &instance, &error) == SOCH_OK);
    is(plugin.get_interface(instance, SOCH_STR("com.example/1")) == &events);
    is(plugin.get_interface(instance, SOCH_STR("com.example/2")) == nullptr && plugin.shutdown == nullptr);

    is(table.get(instance, 0, soch::bytes("", 0), nullptr, &error) == SOCH_NOT_FOUND);
    is(table.remove(instance, 0, soch_bytes(), 0, &error) == SOCH_READ_ONLY);
    const soch_write writes[3] = {};
    const soch_batch_options batch = soch_batch_options();
    is(table.write_batch(instance, nullptr, writes, 3, &batch, &error) == SOCH_OK);
    are("3 writes ");
    is(table.compact == nullptr && table.stats == nullptr && table.describe == nullptr);

    is(table.open_reader(instance, &handle, &error) == SOCH_OK);
    soch_bytes value = soch_bytes();
    is(table.reader_get(handle, 0, soch::bytes("key", 3), &value, &error) == SOCH_OK && value.len == 3);
    is(table.reader_get(handle, 0, soch::bytes(), &value, &error) == SOCH_NOT_FOUND);
    is(table.open_cursor(handle, 0, nullptr, &cursor, &error) == SOCH_OK);
    soch_row rows[5] = {};
    size_t count = 0;
    is(table.cursor_next(cursor, nullptr, rows, 5, &count, &error) == SOCH_OK && count == 5 && rows[4].key.len == 1);
    is(table.cursor_seek(cursor, nullptr, soch::bytes("there", 5), &error) == SOCH_OK);
    is(table.cursor_seek(cursor, nullptr, soch::bytes("here", 4), &error) == SOCH_NOT_FOUND);
    are("+reader +cursor ");
    table.close_cursor(cursor);
    are("-cursor ");
    table.close_reader(handle);
    are("close -reader ");

    soch_transaction_options options = soch_transaction_options();
    is(table.begin_txn(instance, nullptr, &handle, &error) == SOCH_BUSY && error.code == 9);
    is(table.begin_txn(instance, &options, &handle, &error) == SOCH_OK);
    is(table.txn_put(handle, 0, soch::bytes("key", 3), soch::bytes("v", 1), &error) == SOCH_OK);
    is(table.commit_txn(handle, nullptr, &error) == SOCH_CONFLICT && error.code == 3 && std::string(error.message) == "too late");
    are("+transaction 3,1 commit -transaction ");
    is(table.begin_txn(instance, &options, &handle, &error) == SOCH_OK);
    table.abort_txn(handle);
    are("+transaction abort -transaction ");
    is(table.open_table(instance, 1, &handle, &error) == SOCH_UNSUPPORTED);

    plugin.destroy(instance);
    are("-storage ");

    const soch_index &index = soch::detail::index_of<indexed>::table;
    indexed other;
    const soch_index_entry entries[3] = {};
    const soch_call call = soch_call();
    is(index.begin_build(&other, nullptr, 1, 2, &handle, &error) == SOCH_OK);
    is(index.build_add(handle, nullptr, entries, 3, &error) == SOCH_OK);
    is(index.finish_build(handle, &call, &error) == SOCH_OK);
    are("+builder 3 entries finish -builder ");
    is(index.begin_build(&other, nullptr, 1, 2, &handle, &error) == SOCH_OK);
    is(index.finish_build(handle, nullptr, &error) == SOCH_BUSY && error.code == 5);
    are("+builder -builder ");
    is(index.begin_build(&other, nullptr, 1, 2, &handle, &error) == SOCH_OK);
    index.abandon_build(handle);
    are("+builder abandon -builder ");
    return 0;
}
