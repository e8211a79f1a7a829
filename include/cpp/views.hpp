namespace soch {

#if __cplusplus >= 201703L
using std::string_view;
#else
// What is needed of std::string_view, for a standard that lacks it.
class string_view {
public:
    string_view() noexcept : data_(nullptr), size_(0) {}
    string_view(const char *text) : data_(text), size_(std::char_traits<char>::length(text)) {}
    string_view(const char *data, size_t size) noexcept : data_(data), size_(size) {}
    string_view(const std::string &text) noexcept : data_(text.data()), size_(text.size()) {}
    const char *data() const noexcept { return data_; }
    size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const char *begin() const noexcept { return data_; }
    const char *end() const noexcept { return data_ + size_; }
    char operator[](size_t at) const { return data_[at]; }
    explicit operator std::string() const { return size_ == 0 ? std::string() : std::string(data_, size_); }
    // Below, at or above 0, as unsigned bytes order.
    int compare(string_view other) const noexcept {
        const size_t both = size_ < other.size_ ? size_ : other.size_;
        const int order = both == 0 ? 0 : std::char_traits<char>::compare(data_, other.data_, both);
        return order != 0 ? order : (size_ > other.size_) - (size_ < other.size_);
    }
    friend bool operator==(string_view a, string_view b) noexcept { return a.compare(b) == 0; }
    friend bool operator!=(string_view a, string_view b) noexcept { return a.compare(b) != 0; }
    friend bool operator<(string_view a, string_view b) noexcept { return a.compare(b) < 0; }

private:
    const char *data_;
    size_t size_;
};
#endif

#if defined(__cpp_lib_span)
using std::span;
#else
// What is needed of std::span, for a standard that lacks it.
template <class T> class span {
public:
    span() noexcept : data_(nullptr), size_(0) {}
    span(T *data, size_t size) noexcept : data_(data), size_(size) {}
    template <size_t n> span(T (&array)[n]) noexcept : data_(array), size_(n) {}
    // Of what has `data` and `size`, such as a std::vector.
    template <class Container, class = decltype(static_cast<T *>(std::declval<Container &>().data()))>
    span(Container &container) noexcept : data_(container.data()), size_(container.size()) {}
    T *data() const noexcept { return data_; }
    size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T *begin() const noexcept { return data_; }
    T *end() const noexcept { return data_ + size_; }
    T &operator[](size_t at) const { return data_[at]; }

private:
    T *data_;
    size_t size_;
};
#endif

// A `soch_str`, which is a `string_view` too.
struct str : soch_str {
    str() noexcept : soch_str() {}
    str(soch_str raw) noexcept : soch_str(raw) {}
    str(string_view text) noexcept : soch_str(soch_text(text.data(), text.size())) {}
    operator string_view() const noexcept { return string_view(ptr, len); }
};

// A `soch_bytes`, which is a `span<const uint8_t>` and a `string_view` too. What it is made of is lent, not copied.
struct bytes : soch_bytes {
    bytes() noexcept : soch_bytes() {}
    bytes(soch_bytes raw) noexcept : soch_bytes(raw) {}
    bytes(const void *data, size_t size) noexcept : soch_bytes() {
        ptr = static_cast<const uint8_t *>(data);
        len = size;
    }
    bytes(string_view text) noexcept : bytes(text.data(), text.size()) {}
    bytes(const std::string &text) noexcept : bytes(text.data(), text.size()) {}
    bytes(span<const uint8_t> data) noexcept : bytes(data.data(), data.size()) {}
    operator string_view() const noexcept { return string_view(reinterpret_cast<const char *>(ptr), len); }
    operator span<const uint8_t>() const noexcept { return span<const uint8_t>(ptr, len); }
};

inline soch_label label(string_view name, string_view value) noexcept {
    soch_label made;
    made.name = str(name);
    made.value = str(value);
    return made;
}
