// sochdb_config.h: generated from include/config by build.rs, do not edit.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Reads a plugin's configuration, which is JSON, over sochdb_plugin.h. In C99 or later, and C++11 or later.
//
//   static const char *const known[] = {"path", "cache", NULL};
//   char path[4096] = "";
//   uint64_t megabytes = 64;
//   soch_status status = soch_config_only(config, "", known, error);
//   if (status == SOCH_OK) status = soch_config_need(config, "path", "name the directory of the rows", error);
//   if (status == SOCH_OK) status = soch_config_text(config, "path", path, sizeof path, error);
//   if (status == SOCH_OK) status = soch_config_unsigned(config, "cache.megabytes", 1, 4096, &megabytes, error);
//   if (status != SOCH_OK) return status;
//
// Memory       None is allocated and nothing is kept: each call reads the text that `create` was given from its start. No
//              library is needed, not even that of C.
// Paths        `cache.megabytes` is the member `megabytes` of the object `cache`, `hosts.0` the first of a list, and the
//              empty path the whole text. A member with a point in its name is found by `soch_config_next` only.
// Defaults     What is not there, or is `null`, leaves the variable as it was.
// Errors       Anything else than what a call asks for is SOCH_INVALID and leaves the variable as it was; `soch_error` then
//              names the path and what it must be, or the byte, counted from 0, where the text is no JSON (RFC 8259).
//              A name that is asked for and is there twice is an error, too, and so are more than
//              SOCH_CONFIG_DEPTH lists and objects in each other.
#ifndef SOCHDB_CONFIG_H
#define SOCHDB_CONFIG_H

#include "sochdb_plugin.h"

// How many lists and objects may lie in each other.
#define SOCH_CONFIG_DEPTH 64
