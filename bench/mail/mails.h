/* The mails that both senders send: like a warning, 6 KB of text and HTML, each with its own Message-ID. */
#ifndef TALAIA_BENCH_MAIL_MAILS_H
#define TALAIA_BENCH_MAIL_MAILS_H

#include <stdio.h>
#include <string.h>

#define MAIL_BYTES 6144

/* Fills `out`; returns its length. The body is the same for all and filled once. */
static inline size_t mail_make(char out[MAIL_BYTES + 256], int number)
{
    static char body[MAIL_BYTES];
    if (body[0] == '\0') {
        for (size_t i = 0; i < sizeof body; i++)
            body[i] = i % 76 == 74 ? '\r' : i % 76 == 75 ? '\n' : (char)('a' + i % 23);
        memcpy(body + sizeof body - 2, "\r\n", 2);
    }
    int head = snprintf(out, 256,
                        "From: <suport@aoc.example>\r\nTo: <padro@odena.example>\r\nMessage-ID: <%d@talaia.example>\r\n"
                        "Subject: PRO - PADRO - Recordatori\r\n\r\n",
                        number);
    memcpy(out + head, body, sizeof body);
    return (size_t)head + sizeof body;
}

#endif
