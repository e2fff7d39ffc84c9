/* Private to the gateway: rows of the log, many in one transaction. No answer leaves before its row is committed. */
#ifndef TALAIA_GATEWAY_JOURNAL_H
#define TALAIA_GATEWAY_JOURNAL_H

#include "flow/desk.h"

struct job;
struct journal;
/* Has a connection to the store, and a thread, of its own. keep_days: how long no IdPeticion may come again. */
bool journal_start(const char *store_url, int keep_days, struct journal **ret, struct err *e);
/* Any thread. The job's entry is written; then the job is finished (front.h) by the journal's thread. */
void journal_add(struct journal *j, struct job *job);
/* Writes what there is, then ends. NULL is fine. */
void journal_stop(struct journal *j);

#endif
