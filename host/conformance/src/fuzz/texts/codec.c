
static const soch_compression *codec;

static inline void there_and_back(int step, soch_bytes input) {
    done(step, codec->compress(instance, input, begin(), &error));
    soch_bytes compressed = {out, out_len};
    out = NULL;
    done(step, codec->decompress(instance, compressed, begin(), &error));
    if (out_len != input.len || (input.len > 0 && memcmp(out, input.ptr, input.len) != 0)) fail(step, "other bytes come back");
}

// One of the levels that are described, by its number among them.
static inline void level(int step, int number_of_level) {
    soch_compression_properties properties;
    memset(&properties, 0, sizeof properties);
    properties.size = sizeof properties;
    done(step, HAS(codec, soch_compression, describe) ? codec->describe(instance, &properties, &error) : SOCH_UNSUPPORTED);
    int64_t count = (int64_t)properties.max_level - properties.min_level + 1;
    int32_t chosen = (int32_t)(properties.min_level + number_of_level % count);
    if (HAS(codec, soch_compression, set_level)) done(step, codec->set_level(instance, chosen, &error));
}

static void close_all(void) {}

int main(int argc, char **argv) {
    load(argc > 1 ? argv[1] : PLUGIN, CONFIG);
    codec = plugin->compression;
    if (codec == NULL) fail(0, "it is no codec");
