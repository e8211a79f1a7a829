// Nearest neighbours by usearch: vectors of f32, f16, i8 and bits, filtered, saved and loaded. Its headers are those of the
// crate `usearch`; build.rs beside this file tells how it is built.
#include "finder.hpp"
#include "form.hpp"
#include "graph.hpp"
#include "saved.hpp"
#include "sochdb_plugin.hpp"

#include <memory>
#include <string>
#include <vector>

namespace {

class index_usearch {
public:
    index_usearch(const soch_host &, soch_str config) {
        read(config);
        graph_ = made(0);
    }

    void index_type(soch_str *name) { *name = SOCH_STR("usearch"); }

    void describe(soch_index_properties *properties) {
        properties->flags = SOCH_INDEX_CONCURRENT_CHANGES;
        properties->element = settings_.vector.element;
        properties->dimensions = settings_.vector.dimensions;
        properties->metric = settings_.vector.distance();
    }

    // What is built by parts, beside searches.
    class builder {
    public:
        builder(index_usearch &of, size_t places) : of_(of), made_(of.made(places)) {}
        void add(soch::call call, soch::span<const soch_index_entry> entries) {
            for (size_t at = 0; at < entries.size(); at++) {
                call.go_on();
                call.progress(at, entries.size());
                made_->add(entries[at].key, entries[at].row);
            }
        }
        void finish(soch::call call) {
            call.go_on();
            of_.graph_.swap(made_);
        }

    private:
        index_usearch &of_;
        std::unique_ptr<graph> made_;
    };
    builder begin_build(soch::call, uint32_t, uint16_t) { return builder(*this, 0); }

    void build(soch::call call, uint32_t, uint16_t, soch::span<const soch_index_entry> entries) {
        builder made(*this, entries.size());
        made.add(call, entries);
        made.finish(call);
    }

    void insert(soch_bytes key, uint64_t row) { graph_->add(key, row); }
    void remove(soch_bytes key, uint64_t row) { graph_->remove(key, row); }
    void size_bytes(uint64_t *bytes) { *bytes = graph_->bytes(); }

    // Its parameter is `ef`: how many candidates are looked at.
    void search(soch::call call, const soch_search *search, uint64_t *rows, float *distances,
                soch_search_result *result) {
        if (!soch_search_is_known(search, SOCH_SEARCH_EXACT | SOCH_SEARCH_WITHIN)) {
            throw soch::failure(SOCH_UNSUPPORTED, "this search asks for more than the index knows");
        }
        const form &form = settings_.vector;
        if (search->element != SOCH_ELEMENT_BYTES && search->element != form.element) {
            throw soch::failure(SOCH_UNSUPPORTED, "a query of another element than the index has");
        }
        form.check(search->query);
        const finder finder(*graph_, call, *search, ef_of(*search));
        std::vector<found> all;
        const bool exact = form.with(search->query, [&](const auto *query) { return finder.find(query, all); });
        for (const found &one : all) {
            if ((search->flags & SOCH_SEARCH_WITHIN) != 0 && one.first > search->max_distance) break;
            rows[result->count] = one.second;
            distances[result->count++] = one.first;
        }
        if (exact) result->flags |= SOCH_SEARCH_IS_EXACT;
    }

    void save(soch::call call, uint64_t watermark, soch::writer output) {
        saver to(output, call);
        graph_->save(watermark, to);
    }

    void load(soch::call call, soch_bytes saved, uint64_t *watermark) {
        loader from(saved, settings_.vector, call);
        std::unique_ptr<graph> loaded = made(0);
        loaded->load(from);
        graph_.swap(loaded);
        *watermark = from.watermark();
    }

private:
    void read(soch_str config) {
        static const char *const known[] = {"dimensions",      "element",   "metric", "m",
                                            "ef_construction", "ef_search", nullptr};
        soch_error error;
        char element[16] = "", metric[16] = "";
        const auto done = [&error](soch_status status) {
            if (status != SOCH_OK) throw soch::failure(status, error.message);
        };
        done(soch_config_only(config, "", known, &error));
        done(soch_config_need(config, "dimensions", "say how many elements a vector has", &error));
        done(soch_config_unsigned(config, "dimensions", 1, 1 << 16, &settings_.vector.dimensions, &error));
        done(soch_config_text(config, "element", element, sizeof element, &error));
        done(soch_config_text(config, "metric", metric, sizeof metric, &error));
        done(soch_config_unsigned(config, "m", 2, 512, &settings_.m, &error));
        done(soch_config_unsigned(config, "ef_construction", 1, 1 << 16, &settings_.ef_construction, &error));
        done(soch_config_unsigned(config, "ef_search", 1, 1 << 16, &settings_.ef_search, &error));
        settings_.vector.element = element_named(element);
        settings_.vector.metric = metric_named(metric, settings_.vector.element);
        if (settings_.vector.element == SOCH_ELEMENT_BIT && settings_.vector.dimensions % 8 != 0) {
            throw soch::failure(SOCH_INVALID, "configuration: `dimensions` of bits must be a multiple of 8");
        }
    }

    std::unique_ptr<graph> made(size_t places) const { return std::unique_ptr<graph>(new graph(settings_, places)); }

    size_t ef_of(const soch_search &search) const {
        uint64_t ef = settings_.ef_search;
        for (size_t i = 0; i < search.parameter_count; i++) {
            const soch_label &parameter = search.parameters[i];
            if (std::string(parameter.name.ptr, parameter.name.len) != "ef") {
                throw soch::failure(SOCH_UNSUPPORTED, "a parameter of a search that is not `ef`");
            }
            soch_error error;
            // An unsigned number is left as it is by `null`, which is none.
            const bool is_number = parameter.value.len > 0 && *parameter.value.ptr >= '0' && *parameter.value.ptr <= '9';
            if (!is_number || soch_config_unsigned(parameter.value, "", 1, 1 << 16, &ef, &error) != SOCH_OK) {
                throw soch::failure(SOCH_INVALID, "`ef` must be a whole number, 1 to 65536");
            }
        }
        return (size_t)ef;
    }

    settings settings_;
    std::unique_ptr<graph> graph_;
};

} // namespace

SOCH_CPP_PLUGIN("index_usearch", "1.0.0", SOCH_KIND_INDEX, index_usearch,
                "Finds the nearest of vectors of f32, f16, i8 or bits, by usearch.");
