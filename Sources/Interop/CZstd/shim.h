// SPDX-License-Identifier: Apache-2.0

#ifndef KITTIWAKE_CZSTD_H
#define KITTIWAKE_CZSTD_H

#include <zstd.h>
#include <zstd_errors.h>

#endif
