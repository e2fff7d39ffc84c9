/* A mail server as talaia.yaml names it: mail.smtp.url or mail.imap.url, mail.tls, mail.auth, mail.token_file, mail.ca.
 *
 *     smtp://suport%40aoc.example:pass%3Aword@mail.example:587      imaps://[2001:db8::25]
 *
 * User and password are percent-decoded and may be any text without control characters. Ports when none is written:
 * smtp 25 (587 when there is a user), smtps 465, imap 143, imaps 993. With smtp:// and imap:// the connection changes
 * to TLS before anything is said (STARTTLS), unless mail.tls is none. The certificate is always verified, against
 * mail.ca or the system's authorities, with the host's name.
 *
 * These addresses come from the administrator: a server on this machine or a private network is the usual case, so the
 * guard for addresses of strangers (net/guard.h) is not asked. */
#ifndef TALAIA_MAIL_SERVER_H
#define TALAIA_MAIL_SERVER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "net/channel.h"

/* What the configuration says; every text may be NULL or "". */
struct mail_settings {
    const char *url;        /* mail.smtp.url or mail.imap.url */
    const char *key;        /* which of them, for texts: "mail.smtp.url" */
    bool plain;             /* mail.tls: none */
    bool xoauth2;           /* mail.auth: xoauth2 */
    const char *token_file; /* mail.token_file, read at each login */
    const char *ca_file;    /* mail.ca */
};

struct mail_server {
    struct channel_target target;
    const char *key;
    const char *place; /* "mail.example:587", for texts */
    const char *user;  /* "": nobody logs in */
    const char *password;
    bool xoauth2;
    const char *token_file;
};

/* All in the arena, which holds the password: arena_release leaves it in memory until it is used again. ERR_CONFIG says
 * what is wrong with the address, and never the password: no or another scheme, no host, a port that is none, a path, a
 * bad escape, xoauth2 without user or token file. A server that is not configured (no URL) is an error too. */
bool mail_server_parse(const struct mail_settings *s, struct arena *a, struct mail_server *ret, struct err *e);

/* What kept a session from its work; what the server said is in the error. */
enum mail_fault {
    MAIL_FINE,
    MAIL_UNREACHED,   /* no such name, refused, silent, too busy, or the connection ended: later */
    MAIL_CERTIFICATE, /* a person: the server's certificate is not accepted */
    MAIL_LOGIN,       /* a person: user, password or token are refused */
    MAIL_SETUP,       /* a person: a setting is wrong, or the server cannot do what it asks for */
    MAIL_FULL,        /* a person: the mailbox is full (IMAP, OVERQUOTA) */
    MAIL_NO_FOLDER,   /* the folder does not exist: create it (IMAP, TRYCREATE, NONEXISTENT) */
    MAIL_FORBIDDEN,   /* a person: the account may not do this (IMAP, NOPERM) */
    MAIL_GONE,        /* that mail is not there any more (IMAP) */
    MAIL_LARGE,       /* the mail, or the answer, passes a limit */
    MAIL_REFUSED,     /* the server refuses it for another reason */
    MAIL_BROKEN,      /* the server does not speak the protocol */
};
/* True for what may work later without anybody doing something. */
bool mail_fault_passes(enum mail_fault f);

/* What a broken channel means for a session. */
enum mail_fault mail_fault_of(enum channel_fault f);

/* The token, read now; ERR_CONFIG when the file is missing, empty or no token. The caller wipes the buffer
 * (mail_secret_release). */
bool mail_token_read(const struct mail_server *s, struct buf *to, struct err *e);
/* Overwrites before it gives back. */
void mail_secret_release(struct buf *b);

/* The first answer of each mechanism (RFC 4616; "XOAUTH2"), base64, added to the buffer. */
void mail_plain_add(const char *user, const char *password, struct buf *to);
void mail_xoauth2_add(const char *user, struct str token, struct buf *to);
void mail_base64_add(struct str s, struct buf *to);

#endif
