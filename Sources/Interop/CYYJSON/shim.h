// SPDX-License-Identifier: Apache-2.0

#ifndef KITTIWAKE_CYYJSON_H
#define KITTIWAKE_CYYJSON_H

#include <yyjson.h>

#endif
