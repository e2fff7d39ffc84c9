/* Messages that go out (core/outbox.h): what they say, to whom, in which state they are and how they came there; and
 * what the tracker must still be told of a case.
 *
 * A message is never deleted. Its bytes are stored once, when it is rendered, and are what is previewed, sent and
 * filed. Every transition is a row of its own (message_step). Whoever carries a message on claims it first, so that two
 * mailers, on two machines even, never work on the same one. */
#ifndef TALAIA_RECORD_MESSAGE_H
#define TALAIA_RECORD_MESSAGE_H

#include "base/buf.h"
#include "base/mem.h"
#include "core/outbox.h"
#include "record/by.h"
#include "store/store.h"

#define MESSAGE_UID_BYTES 33
/* 32 random hex digits. */
void message_new_uid(char out[MESSAGE_UID_BYTES]);

struct message {
    int64_t id;
    const char *uid; /* X-Talaia-Id; unique, 32 hex digits or a report's id */
    enum outbox_kind kind;
    enum outbox_state state;
    day_t day;                         /* on which it is to go out */
    int64_t body_id, case_id;          /* 0: none */
    int64_t report_id;                 /* 0: none */
    int threshold;                     /* the lowest that was crossed when it was planned or rendered; 0: none */
    const char *certificates;          /* those it names: "CDS", "CDA", "CDA CDS"; "" */
    enum lang lang;                    /* of its text */
    const char *subject;               /* frozen with the bytes; before, as it would be now */
    const char *ticket;                /* key; "" while there is none */
    const char *message_id;            /* without angle brackets; "" until it is rendered */
    const char *in_reply_to;           /* "" none */
    const char *references;            /* message ids, oldest first, separated by spaces; "" */
    instant_t date;                    /* the Date header; INSTANT_NONE until it is rendered */
    const char *sha256;                /* of the bytes, hex; "" until it is rendered */
    int64_t size;                      /* of the bytes */
    const char *folder;                /* of the mailbox, where it is filed; "" nowhere */
    instant_t created, approved, sent; /* INSTANT_NONE: not yet */
    const char *first_who;             /* who approved first when the storm guard wants two; "" */
    int attempts;                      /* that failed for now */
    instant_t next_try;                /* not before; INSTANT_NONE: at once */
    instant_t tried;     /* the tracker was asked for its ticket and may have made it; INSTANT_NONE: not yet */
    const char *trouble; /* what is in the way, for people, in the desk's language; "" */
    const char *reply;   /* the last thing that a server said of it; "" */
};
struct messages {
    const struct message *items; /* by id */
    size_t count;
};

/* A message as it is planned: uid, kind, day and what is known; state planned. The uid "" makes a new one. A case that
 * has a warning under way already gets no second one: *ret_id 0 then. */
bool message_add(struct tx *tx, const struct by *by, const struct message *m, const char *detail, int64_t *ret_id,
                 struct err *e) __attribute__((warn_unused_result));

/* Which ones; zero everywhere is all. */
struct message_filter {
    unsigned states; /* bits 1 << state; 0: any */
    unsigned kinds;  /* bits 1 << kind; 0: any */
    int64_t body_id, case_id, report_id;
    day_t from, until; /* of `day`; 0 or DAY_NONE: open */
    int64_t after_id;  /* only those with a larger id */
    size_t most;       /* 0: all */
};
bool messages_load(struct tx *tx, struct arena *a, const struct message_filter *filter, struct messages *ret,
                   struct err *e);
/* *ret_found false: there is none. */
bool message_get(struct tx *tx, struct arena *a, int64_t id, struct message *ret, bool *ret_found, struct err *e);
bool message_by_uid(struct tx *tx, struct arena *a, const char *uid, struct message *ret, bool *ret_found,
                    struct err *e);
/* For mails that come in: by the Message-ID without angle brackets, as In-Reply-To and References name it. */
bool message_by_message_id(struct tx *tx, struct arena *a, const char *message_id, struct message *ret, bool *ret_found,
                           struct err *e);
/* The newest message of the case that went out or may have (sending, ambiguous, sent, filed): what a later one answers.
 */
bool message_last_of_case(struct tx *tx, struct arena *a, int64_t case_id, struct message *ret, bool *ret_found,
                          struct err *e);
/* How many of that kind and day are approved or beyond (refused and cancelled ones do not count): the storm guard. */
bool messages_approved_count(struct tx *tx, enum outbox_kind kind, day_t day, size_t *ret, struct err *e);

/* The moments after `since` at which messages were sent, oldest first, the last `most` of them. */
bool messages_sent_since(struct tx *tx, instant_t since, instant_t *ret, size_t most, size_t *ret_count, struct err *e);

/* The transition, with its row: who, when, why. ERR_STATE when it is not in `m->state` any more (somebody else moved
 * it) or when that one may not. Sets `approved` and `sent`, forgets trouble, attempts and next_try. Updates m->state.
 */
bool message_move(struct tx *tx, const struct by *by, enum outbox_actor actor, struct message *m, enum outbox_state to,
                  const char *detail, struct err *e) __attribute__((warn_unused_result));
/* The first of two approvals (storm guard); it stays planned. */
bool message_approve_first(struct tx *tx, const struct by *by, const struct message *m, const char *detail,
                           struct err *e) __attribute__((warn_unused_result));

/* Cancels every message of the case that has not left yet (core/outbox.h, outbox_has_left), with that reason; *ret_ids
 * (in the arena; may be NULL) says which, so that their thresholds can be given back. What is being sent or was sent
 * stays. */
bool messages_cancel(struct tx *tx, const struct by *by, enum outbox_actor actor, int64_t case_id, const char *reason,
                     struct arena *a, const int64_t **ret_ids, size_t *ret_count, struct err *e)
    __attribute__((warn_unused_result));

/* What the message is now, before it is frozen: day, threshold, certificates, subject, ticket, lang, folder,
 * trouble. */
bool message_update(struct tx *tx, const struct message *m, struct err *e) __attribute__((warn_unused_result));
/* The bytes with what was frozen with them: message_id, in_reply_to, references, date, subject, sha256, folder, lang.
 * `words` is the plain text. Written once per rendering: an older one is replaced only before anything was sent. */
bool message_freeze(struct tx *tx, const struct message *m, struct str words, struct str bytes, struct err *e)
    __attribute__((warn_unused_result));
/* Adds them to the buffers (either may be NULL); *ret_found false: it is not rendered yet. */
bool message_bytes(struct tx *tx, int64_t id, struct buf *words, struct buf *bytes, bool *ret_found, struct err *e);

/* Something is in the way for now: counted, and tried again at next_try. */
bool message_wait(struct tx *tx, const struct message *m, int attempts, instant_t next_try, const char *trouble,
                  const char *reply, struct err *e) __attribute__((warn_unused_result));
/* Another system is about to be asked. */
bool message_tried(struct tx *tx, int64_t id, instant_t at, struct err *e) __attribute__((warn_unused_result));
bool message_reply(struct tx *tx, int64_t id, const char *reply, struct err *e) __attribute__((warn_unused_result));

/* ------------------------------------------------------------------ recipients */

#define RECIPIENT_RESULTS(X)                                                                                           \
    X(WAITING, "waiting")                                                                                              \
    X(ACCEPTED, "accepted")                                                                                            \
    X(DEFERRED, "deferred")                                                                                            \
    X(REFUSED, "refused")
enum recipient_result {
#define X(name, code) RECIPIENT_##name,
    RECIPIENT_RESULTS(X)
#undef X
        RECIPIENT_RESULT_COUNT
};
const char *recipient_result_code(enum recipient_result r);

struct message_recipient {
    int64_t id, message_id;
    const char *field; /* "to", "cc" */
    const char *name, *email;
    int64_t contact_id; /* 0: not a body's contact */
    enum recipient_result result;
    const char *reply; /* what the server said of this one; "" */
};
/* Replaces them; an address that is there twice counts once. */
bool recipients_put(struct tx *tx, int64_t message_id, const struct message_recipient *list, size_t count,
                    struct err *e) __attribute__((warn_unused_result));
bool recipients_load(struct tx *tx, struct arena *a, int64_t message_id, struct message_recipient **ret,
                     size_t *ret_count, struct err *e);
bool recipient_result(struct tx *tx, int64_t id, enum recipient_result result, const char *reply, struct err *e)
    __attribute__((warn_unused_result));

/* ------------------------------------------------------------------ steps */

struct message_step {
    int64_t id, message_id;
    enum outbox_state state; /* the one that it came into */
    day_t day;
    instant_t at;
    const char *who, *detail;
};
/* Of one message, or of all messages of a case, oldest first. */
bool message_steps_load(struct tx *tx, struct arena *a, int64_t message_id, int64_t case_id, struct message_step **ret,
                        size_t *ret_count, struct err *e);

/* ------------------------------------------------------------------ claims */

/* Takes the message for `worker` until then, when nobody has it, or whoever had it is over its time. *ret_claimed
 * false: it is somebody else's. A claim spares work; that nothing is sent twice rests on message_move, which looks at
 * the state. A message in `sending` that can be claimed is one whose worker died (outbox_taken_over). */
bool message_claim(struct tx *tx, int64_t id, const char *worker, instant_t now, instant_t until, bool *ret_claimed,
                   struct err *e) __attribute__((warn_unused_result));
/* Notes that a claimed message may go over the wire in this run of the machine ("boot"); "" takes it back. Messages
 * whose run is another one: the machine stopped under them, and what was written last may be lost. */
bool message_wire(struct tx *tx, int64_t id, const char *boot, struct err *e) __attribute__((warn_unused_result));
bool messages_wired_before(struct tx *tx, struct arena *a, const char *boot, const int64_t **ret, size_t *ret_count,
                           struct err *e);
/* How many are in that state. */
bool messages_count(struct tx *tx, enum outbox_state state, size_t *ret, struct err *e);
/* Who has claimed messages or jobs now, each once: to ask which of them are still alive. */
bool claims_load(struct tx *tx, struct arena *a, const char *const **ret, size_t *ret_count, struct err *e);
/* Gives back everything that this worker has; for one that died, before the others look. */
bool claims_release(struct tx *tx, const char *worker, struct err *e) __attribute__((warn_unused_result));

/* Ids of messages in that state that may be worked on at `now`: due and claimed by nobody else; oldest first, after
 * `after_id`. Of the sent ones only those that have a folder. */
bool messages_ready(struct tx *tx, struct arena *a, enum outbox_state state, const char *worker, instant_t now,
                    int64_t after_id, size_t most, const int64_t **ret, size_t *ret_count, struct err *e);
/* The earliest moment at which something that waits may be tried again; INSTANT_NONE: nothing waits. */
bool messages_next_try(struct tx *tx, instant_t *ret, struct err *e);

/* ------------------------------------------------------------------ what the tracker must be told */

#define TICKET_JOBS(X)                                                                                                 \
    X(CREATE, "create")   /* of an integration: text = the summary, a line end, the description */                     \
    X(COMMENT, "comment") /* text = the comment */                                                                     \
    X(DATE, "date")       /* text = ISO day: the new estimated date */                                                 \
    X(CLOSE, "close")     /* text = the closing comment */                                                             \
    X(REOPEN, "reopen")   /* text = why */
enum ticket_job_what {
#define X(name, code) TICKET_JOB_##name,
    TICKET_JOBS(X)
#undef X
        TICKET_JOB_COUNT
};
const char *ticket_job_code(enum ticket_job_what what);

struct ticket_job {
    int64_t id, case_id, integration_id; /* one of the last two is 0 */
    const char *uid; /* core/ticket.h: the marker in the tracker, so that a repetition is recognised */
    enum ticket_job_what what;
    const char *text, *who;
    instant_t at;
    int attempts;
    instant_t next_try;     /* INSTANT_NONE: at once */
    instant_t tried;        /* the tracker was asked, and may have done it; INSTANT_NONE: not yet */
    const char *ticket;     /* key of the case's or integration's ticket; "" while there is none */
    const char *ticket_uid; /* of an integration: by which its ticket is made and found */
    const char *reply;      /* what the tracker said last; "" */
    const char *state;      /* waiting, done, refused */
};
/* About an integration; CREATE makes its ticket, the others wait until it has one. */
bool ticket_job_add_integration(struct tx *tx, const struct by *by, int64_t integration_id, enum ticket_job_what what,
                                const char *text, struct err *e) __attribute__((warn_unused_result));
/* For the queue; the mailer carries it out, in order per case, when the case has its ticket. */
bool ticket_job_add(struct tx *tx, const struct by *by, int64_t case_id, enum ticket_job_what what, const char *text,
                    struct err *e) __attribute__((warn_unused_result));
/* Those waiting whose case has no earlier one waiting, due at `now` and not claimed by another, oldest first. */
bool ticket_jobs_ready(struct tx *tx, struct arena *a, instant_t now, size_t most, struct ticket_job **ret,
                       size_t *ret_count, struct err *e);
/* All of a case, oldest first; of all cases when it is 0, then only those that are not done. */
bool ticket_jobs_load(struct tx *tx, struct arena *a, int64_t case_id, struct ticket_job **ret, size_t *ret_count,
                      struct err *e);
bool ticket_job_claim(struct tx *tx, int64_t id, const char *worker, instant_t now, instant_t until, bool *ret_claimed,
                      struct err *e) __attribute__((warn_unused_result));
bool ticket_job_tried(struct tx *tx, int64_t id, instant_t at, struct err *e) __attribute__((warn_unused_result));
bool ticket_job_done(struct tx *tx, int64_t id, instant_t at, struct err *e) __attribute__((warn_unused_result));
/* Tried again at next_try; INSTANT_NONE: refused, a person must look. */
bool ticket_job_wait(struct tx *tx, int64_t id, int attempts, instant_t next_try, const char *reply, struct err *e)
    __attribute__((warn_unused_result));

/* ------------------------------------------------------------------ servers in trouble */

struct outbox_trouble {
    const char *part; /* "smtp", "imap", "tracker" */
    instant_t since, last, next_try;
    int attempts;
    const char *text; /* why, in the desk's language */
};
/* A server did not do its part; counted from the first time. */
bool trouble_put(struct tx *tx, const char *part, instant_t now, instant_t next_try, const char *text, struct err *e)
    __attribute__((warn_unused_result));
/* It does again; *ret_was (may be NULL): it was in trouble. */
bool trouble_over(struct tx *tx, const char *part, bool *ret_was, struct err *e) __attribute__((warn_unused_result));
bool troubles_load(struct tx *tx, struct arena *a, struct outbox_trouble **ret, size_t *ret_count, struct err *e);

#endif
