//! Mistakes in codecs.

use crate::subject::{mistakes, Damage, Mutant, Needs, Plugin};

pub const XOR: Plugin = Plugin::of("examples-c/codec_xor.c");
const XOR_IN_RUST: Plugin = Plugin::of("examples-rust/codec_xor");
const ZSTD_UNSAID: Plugin = Plugin::of("examples-c/compression_zstd.c").needs(Needs::Zstd);
const ZSTD: Plugin = ZSTD_UNSAID.with(&["--checksum"]);

pub const OF_XOR: &[Mutant] = mistakes! { XOR, "examples-c/codec_xor.c";
    Nuisance "a status of its own in place of its writer's":
        "    if (status != SOCH_OK) return status;" => "    if (status != SOCH_OK) return SOCH_FAILED;",
        "compression::a_status_is_handed_on_as_it_is";
    Wrong "a buffer for small inputs that is copied at once":
        "    for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ 0x5A;" => "    static uint8_t kept[4096];\n    uint8_t *made = input.len <= sizeof kept ? kept : room;\n    for (size_t i = 0; i < input.len; i++) made[i] = input.ptr[i] ^ 0x5A;\n    if (made == kept) for (size_t i = 0; i < input.len; i++) room[i] = kept[i];",
        "compression_threads::many_threads_compress_small_inputs";
    Loss "half of the output is not committed":
        "output->commit(output->ctx, input.len)" => "output->commit(output->ctx, input.len / 2)",
        "compression::everything_comes_back";
    Wrong "a buffer for all threads":
        "    for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ 0x5A;\n    return output->commit(output->ctx, input.len);" =>
        "    (void)room;\n    static uint8_t all[8 << 20];\n    for (size_t i = 0; i < input.len && i < sizeof all; i++) all[i] = input.ptr[i] ^ 0x5A;\n    soch_bytes made = {all, input.len};\n    return output->write(output->ctx, made);",
        "compression_threads::a_call_may_wait_in_its_writer";
    Wrong "a small buffer for all threads":
        "    for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ 0x5A;\n    return output->commit(output->ctx, input.len);" =>
        "    (void)room;\n    static uint8_t all[4096];\n    for (size_t at = 0; at < input.len; at += sizeof all) {\n        soch_bytes made = {all, input.len - at < sizeof all ? input.len - at : sizeof all};\n        for (size_t i = 0; i < made.len; i++) all[i] = input.ptr[at + i] ^ 0x5A;\n        status = output->write(output->ctx, made);\n        if (status != SOCH_OK) return status;\n    }\n    return SOCH_OK;",
        "compression_threads::a_call_may_wait_in_its_writer";
    Crash "what was written is read again, for what comes behind it":
        "    for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ 0x5A;\n    return output->commit(output->ctx, input.len);" =>
        "    size_t half = input.len / 2;\n    const uint8_t *first = room;\n    for (size_t i = 0; i < half; i++) room[i] = input.ptr[i] ^ 0x5A;\n    status = output->commit(output->ctx, half);\n    if (status == SOCH_OK) status = output->reserve(output->ctx, input.len - half, &room);\n    if (status != SOCH_OK) return status;\n    for (size_t i = half; i < input.len; i++) room[i - half] = i < 2 * half ? (uint8_t)(first[i - half] ^ input.ptr[i - half] ^ input.ptr[i]) : input.ptr[i] ^ 0x5A;\n    return output->commit(output->ctx, input.len - half);",
        "compression_lent::what_was_written_is_not_looked_at_again";
    Crash "what was written in front of a mebibyte is read again":
        "    for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ 0x5A;\n    return output->commit(output->ctx, input.len);" =>
        "    size_t half = input.len > 1048576 ? 1048576 : input.len;\n    const uint8_t *first = room;\n    for (size_t i = 0; i < half; i++) room[i] = input.ptr[i] ^ 0x5A;\n    status = output->commit(output->ctx, half);\n    if (status == SOCH_OK && half < input.len) status = output->reserve(output->ctx, input.len - half, &room);\n    if (status != SOCH_OK || half == input.len) return status;\n    for (size_t i = half; i < input.len; i++) room[i - half] = i < half + 9 ? (uint8_t)(first[i - half] ^ input.ptr[i - half] ^ input.ptr[i]) : input.ptr[i] ^ 0x5A;\n    return output->commit(output->ctx, input.len - half);",
        "compression_lent::what_was_written_of_large_inputs_is_not_looked_at_again";
    Wrong "the dictionary of all calls is copied to one place":
        "static const soch_compression codec = {\n    .size = sizeof(codec), .algorithm = algorithm, .compress = flip, .decompress = flip};" =>
        "static uint8_t kept[4096];\n\nstatic soch_status with(void *instance, soch_bytes input, const soch_compression_options *options,\n                        const soch_writer *output, soch_error *error) {\n    (void)instance, (void)error;\n    uint8_t *room;\n    size_t len = options->dictionary.len < sizeof kept ? options->dictionary.len : sizeof kept;\n    for (size_t i = 0; i < len; i++) kept[i] = options->dictionary.ptr[i];\n    soch_status status = output->reserve(output->ctx, input.len, &room);\n    if (status != SOCH_OK) return status;\n    for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ (len > 0 ? kept[i % len] : 0x5A);\n    return output->commit(output->ctx, input.len);\n}\n\nstatic const soch_compression codec = {\n    .size = sizeof(codec), .algorithm = algorithm, .compress = flip, .decompress = flip, .compress_with = with,\n    .decompress_with = with};",
        "compression_stepped::dictionaries_between_each_other_stay_as_long_as_their_calls";
    Loss "an input of a page loses a byte":
        "output->commit(output->ctx, input.len)" => "output->commit(output->ctx, input.len - (input.len == 4096))",
        "compression_sizes::sizes_at_borders_come_back";
    Loss "an input of 255 bytes is empty":
        "output->commit(output->ctx, input.len)" => "output->commit(output->ctx, input.len == 255 ? 0 : input.len)",
        "compression_sizes::small_sizes_come_back";
    Loss "what is beyond 4 MiB is cut":
        "output->commit(output->ctx, input.len)" => "output->commit(output->ctx, input.len > 4194304 ? 4194304 : input.len)",
        "compression_sizes::large_sizes_come_back";
    Crash "a byte behind the input is read":
        "    uint8_t *room;\n" => "    uint8_t *room;\n    if (input.len > 0 && *(const volatile uint8_t *)(input.ptr + input.len) == 1) input.len += 0;\n",
        "compression_lent::nothing_behind_the_input_is_read";
    Crash "the input is changed, and back":
        "    for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ 0x5A;\n" =>
        "    for (size_t i = 0; i < input.len; i++) {\n        volatile uint8_t *at = (volatile uint8_t *)input.ptr + i;\n        *at ^= 0x5A;\n        room[i] = *at;\n        *at ^= 0x5A;\n    }\n",
        "compression_lent::the_input_is_not_written";
    Crash "a byte behind the room is written":
        "    return output->commit(output->ctx, input.len);" => "    room[input.len] = 0;\n    return output->commit(output->ctx, input.len);",
        "compression_lent::nothing_behind_the_room_is_written";
    Wrong "words of 8 bytes are flipped, and the rest is not":
        "for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ 0x5A;" =>
        "for (size_t i = 0; i < input.len; i++) room[i] = i / 8 < input.len / 8 ? input.ptr[i] ^ 0x5A : 0x5A;",
        "compression_sizes::small_sizes_come_back";
    Nuisance "the second to ask gets another name of the algorithm":
        "    *name = SOCH_STR(\"xor\");" => "    static int asked;\n    *name = asked++ == 0 ? SOCH_STR(\"xor\") : SOCH_STR(\"xor2\");",
        "compression::the_algorithm_has_a_name";
    Crash "the byte before the room is written":
        "    return output->commit(output->ctx, input.len);" => "    room[-1] ^= 0x5A;\n    return output->commit(output->ctx, input.len);",
        "compression::output_is_appended";
    Wrong "a byte more is reserved than is written":
        "reserve(output->ctx, input.len, &room)" => "reserve(output->ctx, input.len + 1, &room)",
        "compression::the_limit_itself_is_allowed";
    Loss "each thread has a key of its own":
        "    for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ 0x5A;\n" =>
        "    static int threads;\n    static __thread int key;\n    if (key == 0) key = 0x5A + __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);\n    for (size_t i = 0; i < input.len; i++) room[i] = (uint8_t)(input.ptr[i] ^ key);\n",
        "compression_threads::what_one_instance_wrote_another_reads";
};

pub const IN_RUST: &[Mutant] = mistakes! { XOR_IN_RUST, "examples-rust/codec_xor/src/lib.rs";
    Loss "a part that is not full is dropped":
        "output.write(&input.iter().map(|byte| byte ^ 0x5A).collect::<Vec<_>>())" =>
        "input.chunks_exact(input.len().clamp(1, 64)).try_for_each(|part| output.write(&part.iter().map(|byte| byte ^ 0x5A).collect::<Vec<_>>()))",
        "compression_sizes::small_sizes_come_back";
};

pub const OF_ZSTD: &[Mutant] = mistakes! { ZSTD, "examples-c/compression_zstd.c";
    Wrong "of two frames the first says the length":
        "size == ZSTD_CONTENTSIZE_UNKNOWN || ZSTD_findFrameCompressedSize(input.ptr, input.len) != input.len" =>
        "size == ZSTD_CONTENTSIZE_UNKNOWN",
        "compression_sizes::what_is_said_of_forms_in_a_row_is_what_they_make";
    Nuisance "a status of its own in place of that of the writer of a call with options":
        "    ZSTD_CCtx_reset(taken->compressor, ZSTD_reset_session_and_parameters);\n" =>
        "    ZSTD_CCtx_reset(taken->compressor, ZSTD_reset_session_and_parameters);\n    if (status != SOCH_OK) status = SOCH_FAILED;\n",
        "compression_options::a_status_is_handed_on_by_calls_with_options_too";
    Nuisance "bytes behind a frame are passed over":
        "bool one = len != ZSTD_CONTENTSIZE_UNKNOWN && frame == input.len;" =>
        "bool one = len != ZSTD_CONTENTSIZE_UNKNOWN;\n    if (one) input.len = frame;",
        "compression_damage::bytes_behind_the_end_are_an_error";
    Wrong "an option that is passed over though it must be understood":
        "& ~SOCH_COMPRESS_AT_LEVEL) == 0) return SOCH_OK;" => "& ~SOCH_COMPRESS_AT_LEVEL) != 1) return SOCH_OK;",
        "compression_newer::unknown_options_are_refused_or_passed_over";
    Nuisance "a level outside is OK where no host looks at it":
        "    if (status == SOCH_OK) self->level = level;\n    return status;" => "    if (status == SOCH_OK) self->level = level;\n    return SOCH_OK;",
        "compression_newer::a_level_outside_is_refused_by_the_codec_too";
    Wrong "a level of one call is not looked at":
        "    if (status == SOCH_OK) status = check_level(level, error);\n" => "",
        "compression_newer::a_level_outside_is_refused_by_the_codec_too";
    Wrong "a level that is refused is that of later calls":
        "    if (status == SOCH_OK) self->level = level;" => "    self->level = level;",
        "compression_newer::a_level_outside_is_refused_by_the_codec_too";
    Wrong "the length of 16 MiB is cut":
        "    *len = size;" => "    *len = size & 0xffffff;",
        "compression_sizes::sizes_up_to_the_least_longest_come_back";
    Wrong "a decompressed size that is one too large":
        "    *len = size;\n" => "    *len = size + 1;\n",
        "compression::the_decompressed_size_is_right";
    Wrong "no checksum is written":
        "ZSTD_c_checksumFlag, 1" => "ZSTD_c_checksumFlag, 0",
        "compression_damage::each_changed_byte_is_an_error";
    Crash "the contexts of all calls are one":
        "    if (taken != NULL) self->idle = taken->next;\n" => "",
        "compression_threads::many_threads_compress_large_inputs";
    Leak "a length that is only stated is allocated":
        "    if (len / MOST_PER_BYTE > input.len) return damaged" =>
        "    void *volatile early = calloc(1, (size_t)len);\n    if (early == NULL) return no_memory(error);\n    free(early);\n    if (len / MOST_PER_BYTE > input.len) return damaged",
        "compression_damage::a_length_that_is_only_stated_takes_no_memory";
    Loss "a large frame is read without its dictionary":
        "ZSTD_DCtx_loadDictionary(taken->decompressor, options->dictionary.ptr, options->dictionary.len)" =>
        "ZSTD_DCtx_loadDictionary(taken->decompressor, options->dictionary.ptr, ZSTD_getFrameContentSize(input.ptr, input.len) > 524288 ? 0 : options->dictionary.len)",
        "compression_sizes::large_sizes_come_back_with_dictionaries";
    Crash "the limit is asked for when all is there":
        "    if (len > output->limit || len > SIZE_MAX) return too_long(error);\n" =>
        "    if (len > output->limit) {\n        void *all = malloc((size_t)len);\n        size_t made = ZSTD_decompressDCtx(context, all, (size_t)len, input.ptr, input.len);\n        free(all);\n        return ZSTD_isError(made) ? report(error, made, SOCH_CORRUPTION) : too_long(error);\n    }\n",
        "compression_damage::what_is_beyond_the_limit_takes_no_memory";
    Wrong "a limit of as many bytes is too small":
        "if (len > output->limit || len > SIZE_MAX)" => "if (len >= output->limit || len > SIZE_MAX)",
        "compression_sizes::the_limit_is_kept_to_the_byte";
    Wrong "a dictionary stays for the next call":
        "    ZSTD_CCtx_reset(taken->compressor, ZSTD_reset_session_and_parameters);\n" => "",
        "compression_options::dictionaries_take_turns";
    Wrong "the first dictionary is that of all calls":
        "ZSTD_CCtx_loadDictionary(taken->compressor, options->dictionary.ptr, options->dictionary.len);\n    status" =>
        "0;\n    static char first[65536];\n    static size_t first_len;\n    if (first_len == 0 && options->dictionary.len > 0 && options->dictionary.len <= sizeof first) memcpy(first, options->dictionary.ptr, first_len = options->dictionary.len);\n    loaded = ZSTD_CCtx_loadDictionary(taken->compressor, first, options->dictionary.len > 0 ? first_len : 0);\n    status",
        "compression_options::dictionaries_take_turns";
    Wrong "samples that make no dictionary make an empty one":
        "soch_fail(error, SOCH_INVALID, 0, ZDICT_getErrorName(made))" => "output->commit(output->ctx, 0)",
        "compression_options::odd_samples_are_invalid_or_make_a_dictionary";
    Loss "a dictionary is for forms of one block":
        "    size_t loaded = ZSTD_DCtx_loadDictionary(taken->decompressor, options->dictionary.ptr, options->dictionary.len);\n" =>
        "    size_t loaded = ZSTD_DCtx_loadDictionary(taken->decompressor, options->dictionary.ptr, input.len > 1 << 17 ? 0 : options->dictionary.len);\n",
        "compression_sizes::sizes_come_back_with_dictionaries_of_several_sizes";
    Loss "a level has no dictionary beside it":
        "    size_t loaded = ZSTD_DCtx_loadDictionary(taken->decompressor, options->dictionary.ptr, options->dictionary.len);\n" =>
        "    size_t loaded = ZSTD_DCtx_loadDictionary(taken->decompressor, options->dictionary.ptr, options->flags & SOCH_COMPRESS_AT_LEVEL ? 0 : options->dictionary.len);\n",
        "compression_options::a_level_and_a_dictionary_of_one_call_come_back";
    Wrong "a call that failed is in the way of the next dictionary":
        "    ZSTD_DCtx_reset(done->decompressor, ZSTD_reset_session_only);\n" => "",
        "compression_damage::bytes_behind_the_end_are_an_error";
    Wrong "a limit that was met is in the way of the next dictionary":
        "    ZSTD_CCtx_reset(done->compressor, ZSTD_reset_session_only);\n" => "",
        "compression_sizes::the_limit_is_kept_to_the_byte";
    Wrong "damage that shows with options is invalid":
        "                                  : decompress_any(taken->decompressor, input, output, error);\n    ZSTD_DCtx_reset" =>
        "                                  : decompress_any(taken->decompressor, input, output, error);\n    if (status == SOCH_CORRUPTION) status = SOCH_INVALID;\n    ZSTD_DCtx_reset",
        "compression_damage::each_changed_byte_is_an_error";
    Wrong "a bound that is that of higher levels":
        "    *most = result;\n" => "    *most = ((codec *)instance)->level < 0 ? len : result;\n",
        "compression_levels::bounds_hold_at_the_lowest_and_the_highest_level";
    Nuisance "the level that is described as the first one is another":
        "    properties->min_level = LEAST_LEVEL;\n" => "    properties->min_level = LEAST_LEVEL;\n    properties->default_level = 9;\n",
        "compression_levels::the_default_level_is_that_of_before";
    Nuisance "a level is refused where it has no meaning":
        "    soch_status status = check_options(options, error);\n    if (status != SOCH_OK) return status;" =>
        "    soch_status status = check_options(options, error);\n    if (status == SOCH_OK) status = check_level(options->level, error);\n    if (status != SOCH_OK) return status;",
        "compression_levels::who_decompresses_may_say_any_level";
    Nuisance "samples that make no dictionary are a failure":
        "soch_fail(error, SOCH_INVALID, 0, ZDICT_getErrorName(made))" => "soch_fail(error, SOCH_FAILED, 0, ZDICT_getErrorName(made))",
        "compression_options::odd_samples_are_invalid_or_make_a_dictionary";
    Wrong "a bound that is a little too small":
        "    *most = result;\n" => "    *most = result > 200 ? result - 200 : 1;\n",
        "compression_sizes::bounds_hold_for_every_size";
    Wrong "what is too long for the caller is called damaged":
        "if (len > output->limit || len > SIZE_MAX) return too_long(error);" =>
        "if (len > output->limit || len > SIZE_MAX) return damaged(error, \"the frame is too long\");",
        "compression::a_bomb_is_stopped";
    Wrong "the bound is the length of the input":
        "    *most = result;\n" => "    *most = len;\n",
        "compression::the_bound_holds";
    Wrong "levels below 0 are described, and refused":
        "if (level >= LEAST_LEVEL && level" => "if (level >= 0 && level",
        "compression::every_level_comes_back";
    Wrong "the level of one call stays for the next":
        "    int level = has_level ? options->level : self->level;\n" =>
        "    if (has_level) self->level = options->level;\n    int level = self->level;\n",
        "compression::a_level_of_one_call_is_for_that_call";
    Wrong "a dictionary is passed over":
        "size_t loaded = ZSTD_CCtx_loadDictionary(taken->compressor, options->dictionary.ptr, options->dictionary.len);" =>
        "size_t loaded = 0;",
        "compression::what_a_dictionary_compressed_needs_it_again";
    Wrong "compress_with wants a dictionary":
        "    if (status == SOCH_OK) status = check_level(level, error);" =>
        "    if (status == SOCH_OK && options->dictionary.len == 0) status = soch_fail(error, SOCH_INVALID, 0, \"no dictionary\");\n    if (status == SOCH_OK) status = check_level(level, error);",
        "compression_options::no_option_is_a_plain_call";
    Loss "a dictionary is put away, but not in the midst of a frame that failed":
        "    ZSTD_CCtx_reset(taken->compressor, ZSTD_reset_session_and_parameters);\n" => "    ZSTD_CCtx_loadDictionary(taken->compressor, NULL, 0);\n",
        "compression_options::a_call_that_fails_leaves_no_options";
    Crash "a dictionary is kept, and its bytes are the caller's":
        "size_t loaded = ZSTD_CCtx_loadDictionary(taken->compressor, options->dictionary.ptr, options->dictionary.len);" =>
        "static soch_bytes kept;\n    static uint32_t sum;\n    uint32_t own = 0;\n    for (size_t i = 0; i < options->dictionary.len; i++) own = own * 31 + options->dictionary.ptr[i];\n    if (own != sum || kept.len != options->dictionary.len) kept = options->dictionary, sum = own;\n    size_t loaded = ZSTD_CCtx_loadDictionary(taken->compressor, kept.ptr, kept.len);",
        "compression_options::a_dictionary_is_lent_for_its_call";
    Nuisance "the level of the first call with a dictionary is that of all":
        "    bool has_level = (options->flags & SOCH_COMPRESS_AT_LEVEL) != 0;\n    int level = has_level ? options->level : self->level;\n" =>
        "    bool has_level = (options->flags & SOCH_COMPRESS_AT_LEVEL) != 0;\n    int level = has_level ? options->level : self->level;\n    static int first, has_first;\n    static void *of;\n    if (of != instance) has_first = 0, of = instance;\n    if (options->dictionary.len > 0 && has_level) level = has_first++ ? first : (first = level);\n",
        "compression_options::a_level_is_that_of_its_call_with_a_dictionary_too";
    Wrong "a dictionary is known by its place":
        "size_t loaded = ZSTD_CCtx_loadDictionary(taken->compressor, options->dictionary.ptr, options->dictionary.len);" =>
        "static _Thread_local const void *known;\n    static _Thread_local char kept[1 << 17];\n    if (options->dictionary.len > sizeof kept) known = NULL;\n    else if (known != options->dictionary.ptr && options->dictionary.len > 0) memcpy(kept, known = options->dictionary.ptr, options->dictionary.len);\n    size_t loaded = ZSTD_CCtx_loadDictionary(taken->compressor, options->dictionary.len > 0 && known != NULL ? kept : options->dictionary.ptr, options->dictionary.len);",
        "compression_options::dictionaries_take_turns_in_one_place";
    Wrong "a level counts if its flag is the only one":
        "    bool has_level = (options->flags & SOCH_COMPRESS_AT_LEVEL) != 0;\n" => "    bool has_level = options->flags == SOCH_COMPRESS_AT_LEVEL;\n",
        "compression_newer::unknown_options_are_refused_or_passed_over";
    Wrong "a level counts without its flag":
        "    bool has_level = (options->flags & SOCH_COMPRESS_AT_LEVEL) != 0;\n" => "    bool has_level = options->level != 0;\n",
        "compression_options::a_level_without_its_flag_is_passed_over";
    Wrong "a training does not look at what its writer says":
        "                                     : output->commit(output->ctx, made);" =>
        "                                     : (output->commit(output->ctx, made), SOCH_OK);",
        "compression_options::a_status_is_handed_on_by_a_training";
    Wrong "the calls with a dictionary have one context":
        "    size_t loaded = ZSTD_DCtx_loadDictionary(taken->decompressor, options->dictionary.ptr, options->dictionary.len);\n    status = ZSTD_isError(loaded) ? report(error, loaded, SOCH_INVALID)\n                                  : decompress_any(taken->decompressor," =>
        "    static ZSTD_DCtx *only;\n    if (only == NULL) only = ZSTD_createDCtx();\n    size_t loaded = ZSTD_DCtx_loadDictionary(only, options->dictionary.ptr, options->dictionary.len);\n    status = ZSTD_isError(loaded) ? report(error, loaded, SOCH_INVALID)\n                                  : decompress_any(only,",
        "compression_threads::a_dictionary_is_that_of_its_call";
};

pub const UNSAID: &[Mutant] = mistakes! { ZSTD_UNSAID, "examples-c/compression_zstd.c";
    Loss "what cannot be decompressed is nothing, and OK":
        "    soch_status status = decompress_any(taken->decompressor, input, output, error);" =>
        "    soch_status status = decompress_any(taken->decompressor, input, output, error);\n    if (status == SOCH_CORRUPTION) status = SOCH_OK;",
        "compression_damage::cut_input_is_not_nothing";
};
