// SPDX-License-Identifier: Apache-2.0

#ifndef KITTIWAKE_CARCHIVE_H
#define KITTIWAKE_CARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

/* A macro with a cast, and a type that differs from system to system. */
static const unsigned archive_regular_file = AE_IFREG;

#endif
