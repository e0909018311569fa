// SPDX-License-Identifier: Apache-2.0

#ifndef KITTIWAKE_CCRYPTO_H
#define KITTIWAKE_CCRYPTO_H

#include <openssl/evp.h>
#include <openssl/hmac.h>

#endif
