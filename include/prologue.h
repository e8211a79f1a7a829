#ifndef SOCHDB_PLUGIN_H
#define SOCHDB_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifndef SOCH_TARGET_MINOR
#define SOCH_TARGET_MINOR SOCH_ABI_MINOR
#endif
#ifndef SOCH_MIN_HOST_MINOR
#define SOCH_MIN_HOST_MINOR 0
#endif

// Stops the compiler unless CONDITION holds. It says TEXT; in C99, which has no such text, it says NAME.
#if defined(__cplusplus)
#define SOCH_CHECK(CONDITION, NAME, TEXT) static_assert(CONDITION, TEXT)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define SOCH_CHECK(CONDITION, NAME, TEXT) _Static_assert(CONDITION, TEXT)
#else
#define SOCH_CHECK(CONDITION, NAME, TEXT) extern int NAME[sizeof(struct { int NAME : (CONDITION) ? 1 : -1; })]
#endif

// Before a function whose result says what must not be passed over.
#if defined(__cplusplus) ? __cplusplus >= 201703L : defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L
#define SOCH_NODISCARD [[nodiscard]]
#elif defined(__GNUC__)
#define SOCH_NODISCARD __attribute__((warn_unused_result))
#else
#define SOCH_NODISCARD
#endif
#define SOCH_ASSERT(CONDITION) SOCH_CHECK(CONDITION, soch_assert, #CONDITION)

