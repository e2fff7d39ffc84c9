/* An SQLite file system whose Nth operation fails. */
#ifndef TALAIA_TESTS_FAULT_VFS_H
#define TALAIA_TESTS_FAULT_VFS_H

#include <stdbool.h>

enum fault {
    FAULT_IO,   /* the operation fails */
    FAULT_FULL, /* writing fails: no room */
    FAULT_SYNC, /* only fsync fails */
    FAULT_COUNT
};

struct fault_plan {
    enum fault fault;
    int at;       /* the Nth operation of that kind fails; 0: none */
    bool forever; /* and all after it */
    int seen;     /* operations so far */
    bool fired;
};

extern struct fault_plan fault_plan;

void fault_vfs_install(void); /* becomes SQLite's default */

#endif
