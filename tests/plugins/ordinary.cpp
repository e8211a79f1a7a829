// A codec in ordinary C++: regular expressions, shared pointers, maps and streams, as programs have them.
#include "sochdb_plugin.hpp"

#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <regex>
#include <sstream>
#include <string>

// Compressed bytes begin with their number: `5:hello`.
class ordinary {
public:
    ordinary(const soch_host &, soch_str) : seen_(std::make_shared<std::map<size_t, std::string>>()) {}

    void algorithm(soch_str *name) { *name = SOCH_STR("ordinary"); }

    void compress(soch_bytes input, soch::writer output) {
        const std::string head = remembered(input.len) + ":";
        output.write(head.data(), head.size());
        output.write(input.ptr, input.len);
    }

    void decompress(soch_bytes input, soch::writer output) {
        static const std::regex head("^([0-9]{1,19}):");
        const std::string begin(reinterpret_cast<const char *>(input.ptr), input.len < 20 ? input.len : 20);
        std::smatch found;
        if (!std::regex_search(begin, found, head)) throw soch::failure(SOCH_CORRUPTION, "no number");
        std::istringstream digits(found[1]);
        uint64_t len = 0;
        digits >> len;
        const size_t start = static_cast<size_t>(found.length(0));
        if (len != input.len - start) throw soch::failure(SOCH_CORRUPTION, "the number is " + std::to_string(len));
        output.write(input.ptr + start, input.len - start);
    }

private:
    std::string remembered(size_t len) {
        std::lock_guard<std::mutex> locked(lock_);
        std::string &text = (*seen_)[len];
        if (text.empty()) text = std::to_string(len);
        return text;
    }

    std::mutex lock_;
    std::shared_ptr<std::map<size_t, std::string>> seen_;
};

SOCH_CPP_PLUGIN("ordinary", "1.0.0", SOCH_KIND_COMPRESSION, ordinary, "Puts the number of bytes first.");
