// SPDX-License-Identifier: Apache-2.0

#ifndef KITTIWAKE_CCRYPTO_H
#define KITTIWAKE_CCRYPTO_H

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* EVP_EC_gen is a macro around a variadic function. */
static inline EVP_PKEY *_Nullable crypto_new_p256_key(void) { return EVP_EC_gen("P-256"); }

/* BIO_get_mem_data is a macro too. */
static inline long crypto_memory(BIO *_Nonnull bio, char *_Nullable *_Nonnull bytes) {
    return BIO_get_mem_data(bio, bytes);
}

#endif
