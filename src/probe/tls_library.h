/* OpenSSL for the sweep alone: the default provider with a short list of keys. Internal to the engine.
 *
 * Reading the public key of a certificate makes OpenSSL 3.0 walk every decoder and every kind of key it has, under
 * locks: 30 % of a sweep's CPU (perf, 1,000 endpoints). Here is a library context whose provider is the default one,
 * seen through a filter that shows only the keys which certificates on the web have. Algorithms are OpenSSL's own,
 * untouched. */
#ifndef TALAIA_PROBE_TLS_LIBRARY_H
#define TALAIA_PROBE_TLS_LIBRARY_H

struct ossl_lib_ctx_st; /* OpenSSL's OSSL_LIB_CTX */

/* Made once per process and never given back, as certificates read with it may outlive a sweep (the trust's cache).
 * NULL when OpenSSL does not let itself be filtered: that is its ordinary context, slower and right. */
struct ossl_lib_ctx_st *tls_library(void);

#endif
