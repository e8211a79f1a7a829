// A class with every method there is, each of which fails as it is told; and every slot is called. `methods.inc` and
// `slots.inc` are written by the test, from the list of slots.
#include "sochdb_plugin.hpp"

#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#if SOCH_CPP_EXCEPTIONS
#define FAILS(STATUS) soch_status
#define FAILS_TO_OPEN() std::unique_ptr<fails>
#define FAIL return raise(), nothing()
enum { WAYS = 7 };
#else
#define FAILS(STATUS) soch::outcome<>
#define FAILS_TO_OPEN() soch::outcome<std::unique_ptr<fails>>
#define FAIL return told()
enum { WAYS = 2 };
#endif

static int way;
static int alive;

static soch::failure told() {
    return way == 0 ? soch::failure(SOCH_LIMIT, "why", 7) : soch::failure(SOCH_OK);
}

#if SOCH_CPP_EXCEPTIONS
static std::string long_text() {
    std::string text = "x";
    while (text.size() < 600) text += "\xc3\xa9";
    return text;
}

struct special : soch::failure {
    special() : soch::failure(SOCH_BUSY, long_text(), -1) {}
};

static void raise() {
    switch (way) {
    case 0:
    case 1: throw told();
    case 2: throw std::runtime_error("what");
    case 3: throw std::bad_alloc();
    case 4: throw 1;
    case 5: throw "text";
    default: throw special();
    }
}
#endif

static bool is_right(soch_status status, const soch_error &error, bool has_error) {
    const std::string text = error.message;
    const bool none = text.empty() && error.code == 0;
    if (way == 1) return status == SOCH_FAILED && none;
    if (way == 0 && status != SOCH_LIMIT) return false;
    if (way == 6 && status != SOCH_BUSY) return false;
    if (way == 3 && status != SOCH_LIMIT) return false;
    if (way > 1 && way < 6 && way != 3 && status != SOCH_PANICKED) return false;
    if (!has_error) return none;
    switch (way) {
    case 0: return text == "why" && error.code == 7;
    case 2: return text == "what" && error.code == 0;
    case 3: return text.find("bad_alloc") != std::string::npos;
    case 6: return error.code == -1 && text.size() == 507 && text.compare(0, 3, "x\xc3\xa9") == 0;
    default: return text == "an exception that is not a std::exception";
    }
}

// Never made: `raise` throws.
struct nothing {
    operator soch_status() const { return SOCH_OK; }
    template <class T> operator std::unique_ptr<T>() const { return std::unique_ptr<T>(); }
};

class fails {
public:
    fails(soch::host, soch::config) {
        may_raise();
        alive++;
    }
    fails() { alive++; }
    fails(const fails &) = delete;
    fails &operator=(const fails &) = delete;
#if SOCH_CPP_EXCEPTIONS
    ~fails() noexcept(false) {
        alive--;
        if (way == 4) throw 1;
    }
#else
    ~fails() { alive--; }
#endif

#include "methods.inc"

    FAILS() shutdown() { FAIL; }
    static const char *const capabilities[];
#if SOCH_CPP_EXCEPTIONS
    const void *get_interface(soch::str) { return raise(), this; }

private:
    void may_raise() { raise(); }
#else
    const void *get_interface(soch::str) { return nullptr; }

private:
    void may_raise() {}
#endif
};
const char *const fails::capabilities[] = {"com.example.fails/1", nullptr};

SOCH_CPP_PLUGIN("fails", "1", 31, fails, "Fails.");

static soch_error error;
template <class A> struct argument {
    static A made() { return A(); }
};
template <> struct argument<soch_error *> {
    static soch_error *made() { return &error; }
};
template <class...> struct has_error : std::false_type {};
template <class... A> struct has_error<soch_error *, A...> : std::true_type {};
template <class First, class... A> struct has_error<First, A...> : has_error<A...> {};

static int wrong;
static void is_wrong(const char *name, soch_status status) {
    std::printf("%s, way %d: status %d, code %d, text %s, alive %d\n", name, way, (int)status, (int)error.code, error.message,
                alive);
    wrong = 1;
}

// What ends an object has its own, and destroys it.
template <class... A> void use(const char *name, bool ends, soch_status (*slot)(void *, A...)) {
    if (slot == nullptr) return is_wrong(name, -1);
    std::memset(&error, 0, sizeof error);
    fails *object = new fails;
    const soch_status status = slot(object, argument<A>::made()...);
    const int left = ends ? 0 : 1;
    if (!is_right(status, error, has_error<A...>::value) || alive != left) is_wrong(name, status);
    if (!ends) soch_plugin_v1.destroy(object);
    if (alive != 0) is_wrong(name, status);
}
static void use(const char *name, bool ends, void (*slot)(void *)) {
    if (slot == nullptr) return is_wrong(name, -1);
    slot(new fails);
    if (alive != 0 || !ends) is_wrong(name, 0);
}

// A constructor that throws leaves nothing behind.
static void create() {
    soch_host host = soch_host();
    void *made = nullptr;
    std::memset(&error, 0, sizeof error);
    const soch_status status = soch_plugin_v1.create(&host, SOCH_STR("{}"), &made, &error);
#if SOCH_CPP_EXCEPTIONS
    if (!is_right(status, error, true) || made != nullptr || alive != 0) is_wrong("create", status);
#else
    if (status != SOCH_OK || alive != 1) is_wrong("create", status);
    soch_plugin_v1.destroy(made);
#endif
}

static void get_interface() {
    fails *object = new fails;
    if (soch_plugin_v1.get_interface(object, SOCH_STR("x")) != nullptr) is_wrong("get_interface", 0);
    soch_plugin_v1.destroy(object);
}

int main() {
    for (way = 0; way < WAYS; way++) {
        use("shutdown", false, soch_plugin_v1.shutdown);
        create();
        get_interface();
#include "slots.inc"
    }
    return wrong;
}
