/* Whether a file that should hold a certificate holds a private key as well: then the key is no longer private, and the
 * certificate must be revoked. */
#ifndef TALAIA_PKI_SECRET_H
#define TALAIA_PKI_SECRET_H

#include <stdbool.h>

#include "base/str.h"

/* PEM blocks of any kind of private key (encrypted ones too, also in UTF-16), PKCS #12, keys in DER (PKCS #8, PKCS #1,
 * SEC 1), these in base64 without their lines, PuTTY's, OpenPGP's, and the stores of Java (JKS, JCEKS, BKS, UBER). */
bool secret_inside(struct str bytes);

#endif
