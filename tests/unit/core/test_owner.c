#include "core/owner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define OWN "P9900001A"
#define OTHER "P9900002B"
#define COMPANY "B99000016"

/* body's NIF, certificate's NIF, own name, another's name, listed, listed as a host, covers, shown by → whose */
static const struct {
    struct owner_facts facts;
    enum owner owner;
} table[] = {
    /* equal: right, whatever the names say */
    {{OWN, OWN, true, false, false, false, true, 0}, OWNER_BODY},
    {{OWN, OWN, false, true, false, false, true, 0}, OWNER_BODY},
    {{OWN, OWN, false, false, false, false, false, 0}, OWNER_BODY},
    /* different: another's, whatever the names say */
    {{OWN, OTHER, true, false, false, false, true, 1}, OWNER_OTHER},
    {{OWN, OTHER, false, true, true, false, true, 1}, OWNER_OTHER},
    {{OWN, OTHER, false, false, false, false, true, 1}, OWNER_OTHER},
    /* unless it is a host's, and covers the name that was asked for */
    {{OWN, OTHER, false, true, true, true, true, 1}, OWNER_HOST},
    {{OWN, OTHER, false, true, true, true, false, 1}, OWNER_OTHER},
    {{OWN, OTHER, false, true, true, false, true, 2}, OWNER_HOST},
    {{OWN, OTHER, false, true, true, false, false, 2}, OWNER_OTHER},
    {{OWN, COMPANY, false, false, false, false, true, 1}, OWNER_HOST},
    {{OWN, COMPANY, false, false, false, false, false, 1}, OWNER_OTHER},
    /* one of the numbers is not known: the name decides */
    {{"", OTHER, true, false, false, false, true, 0}, OWNER_BODY},
    {{"", OTHER, true, false, true, false, true, 1}, OWNER_BODY},
    {{"", OTHER, false, false, false, false, true, 1}, OWNER_UNKNOWN},
    {{"", OTHER, false, true, false, false, true, 1}, OWNER_OTHER},
    {{"", OTHER, false, false, true, false, true, 1}, OWNER_OTHER}, /* the list gives the number to another */
    {{"", OTHER, false, false, true, true, true, 1}, OWNER_HOST},
    {{"", COMPANY, false, false, false, false, true, 1}, OWNER_UNKNOWN},
    {{OWN, "", true, false, false, false, true, 0}, OWNER_BODY},
    {{OWN, "", false, true, false, false, true, 1}, OWNER_OTHER},
    {{OWN, "", false, true, false, true, true, 1}, OWNER_HOST},
    {{OWN, "", false, true, false, false, true, 2}, OWNER_HOST},
    {{OWN, "", false, false, false, false, true, 1}, OWNER_UNKNOWN},
    {{"", "", false, false, false, false, true, 0}, OWNER_UNKNOWN},
    {{"", "", false, true, false, false, true, 1}, OWNER_OTHER},
};

static void truth_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        enum owner o = owner_tell(&table[i].facts);
        if (o != table[i].owner)
            fail_msg("row %zu: %s, not %s", i, owner_code(o), owner_code(table[i].owner));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(truth_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
