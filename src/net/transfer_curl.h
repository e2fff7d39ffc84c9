/* What the sources of the module talaia-transfer.so share. Private to net. */
#ifndef TALAIA_NET_TRANSFER_CURL_H
#define TALAIA_NET_TRANSFER_CURL_H

#include <curl/curl.h>

#include "base/mem.h"
#include "net/transfer.h"

/* A fresh handle with what every transfer has: no signals, no environment, certificates verified. `error_text` gets
 * libcurl's own words. */
CURL *transfer_handle(const char *ca_file, char error_text[CURL_ERROR_SIZE]);

/* Sets the error for a code and tells how the transfer ended. `place` is for the text ("tracker.example:443"); `sent`:
 * something of ours went out before. */
enum transfer_end transfer_say(CURL *h, CURLcode code, const char *error_text, const char *place, const char *ca_key,
                               bool sent, struct err *e);

struct transfer_http *transfer_http_open(const struct http_options *o, transfer_judge *judge);
enum transfer_end transfer_http_run(struct transfer_http *h, const struct http_request *r, const char *url,
                                    const char *place, struct buf *head, struct buf *body, int *ret_status,
                                    struct err *e);
void transfer_http_close(struct transfer_http *h);

enum transfer_end transfer_channel_open(const struct channel_target *t, const struct channel_source **ret_source,
                                        void **ret_handle, struct err *e);

#endif
