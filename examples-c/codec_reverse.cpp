// The smallest plugin in C++: a codec that turns bytes round. It throws when it is asked to, for whoever wants to see
// what becomes of an exception.
#include "sochdb_plugin.hpp"

#include <algorithm>

class codec_reverse {
public:
    codec_reverse(const soch_host &, soch_str) {}

    void algorithm(soch_str *name) { *name = SOCH_STR("reverse"); }

    void compress(soch_bytes input, soch::writer output) {
        static const char magic[] = "throw an exception";
        if (input.len == sizeof magic - 1 && std::equal(input.ptr, input.ptr + input.len, magic)) {
            throw std::runtime_error("codec_reverse was asked to throw");
        }
        decompress(input, output);
    }

    void decompress(soch_bytes input, soch::writer output) {
        uint8_t *room = output.reserve(input.len);
        std::reverse_copy(input.ptr, input.ptr + input.len, room);
        output.commit(input.len);
    }
};

SOCH_CPP_PLUGIN("codec_reverse", "1.0.0", SOCH_KIND_COMPRESSION, codec_reverse, "Turns bytes round.");
