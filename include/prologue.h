#ifndef SOCHDB_PLUGIN_H
#define SOCHDB_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef SOCH_TARGET_MINOR
#define SOCH_TARGET_MINOR SOCH_ABI_MINOR
#endif
#ifndef SOCH_MIN_HOST_MINOR
#define SOCH_MIN_HOST_MINOR 0
#endif
