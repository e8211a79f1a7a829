// A codec that uses all that `soch::host` and `soch::config` have, and says in the host's log what it got.
#include "sochdb_plugin.hpp"

#include <sstream>

struct greeter {
    size_t size;
    int32_t (*greet)(int32_t number);
};

class uses_host {
public:
    uses_host(soch::host host, soch::config config) : host_(host) {
        config.only({"name", "ratio", "on", "level", "big", "small", "mode", "list", "nested"});
        config.only({"depth"}, "nested");
        config.need("name", "say who it is");
        std::ostringstream said;
        said << config.text("name") << ' ' << config.text("none", "otherwise") << ' ' << config.number("ratio", 0.5) << ' '
             << config.boolean("on", false) << ' ' << config.integer("level", 3, 1, 9) << ' '
             << config.integer<uint64_t>("big", 0) << ' ' << config.integer<int8_t>("small", -1) + 0 << ' '
             << config.choice("mode", {"fast", "safe"}, 1) << ' ' << config.integer("nested.depth", 0u);
        config.each("list", [&](const std::string &, soch::config item) { said << " [" << item.text("") << ']'; });
        config.each("nested", [&](const std::string &name, soch::config item) {
            said << " {" << name << ' ' << item.integer("", 0) << '}';
        });
        host_.info(said.str());
        host_.log(SOCH_LOG_WARN, "with a field", {soch::label("name", config.text("name"))});
        host_.debug("below the level");
        const greeter *other = host_.service<greeter>("com.example.greeter/1");
        host_.error(other == nullptr ? std::string("no service") : std::to_string(other->greet(41)));
        host_.info(std::string(host_.product()) + " " + (host_.directory().empty() ? "nowhere" : "somewhere"));
        host_.describe_metric("seconds", "s", "Time that compressing took");
        if (!host_.data_dir().empty()) {
            host_.info(std::string(host_.data_dir()) + " " + std::to_string(host_.memory_budget()));
            host_.memory_used(host_.memory_budget() / 2);
        }
    }

    void algorithm(soch_str *name) { *name = SOCH_STR("uses-host"); }

    void compress(soch::string_view input, soch::writer output) {
        const soch::timer timed(host_, "seconds");
        host_.counter_inc("calls", 2, {soch::label("call", "compress")});
        host_.gauge_set("bytes", static_cast<double>(input.size()));
        output.write(input);
    }
    void decompress(soch::span<const uint8_t> input, soch::writer output) {
        uint8_t *room = output.reserve(input.size() + 1);
        size_t at = 0;
        for (uint8_t byte : input) room[at++] = byte;
        output.commit(at);
    }

private:
    soch::host host_;
};

SOCH_CPP_PLUGIN("uses_host", "1.0.0", SOCH_KIND_COMPRESSION, uses_host, "Says what it got.");
