// SPDX-License-Identifier: Apache-2.0

#ifndef KITTIWAKE_CYAML_H
#define KITTIWAKE_CYAML_H

#include <yaml.h>

#endif
