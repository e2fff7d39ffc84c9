/* All of OpenSSL that the farm uses. It has a type ERR_STATE and base/err.h has a constant of that name: the type is
 * renamed. */
#ifndef FARM_OPENSSL_HEADERS_H
#define FARM_OPENSSL_HEADERS_H

#define ERR_STATE openssl_ERR_STATE
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#undef ERR_STATE

#endif
