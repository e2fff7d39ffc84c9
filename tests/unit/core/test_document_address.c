#include "core/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void each_as_it_was_written(void **state)
{
    static const struct {
        const char *text;
        int code; /* -1: taken */
        const char *other;
    } rows[] = {
        {"88.12.34.56", -1, ""},
        {" 88.12.34.0/28 ", -1, ""},
        {"2a00:1450::/64", -1, ""},
        {"10.1.2.3", DOCUMENT_REASON_ADDRESS_SPECIAL, "private network"},
        {"88.0.0.0/8", DOCUMENT_REASON_ADDRESS_WIDE, NULL},
        {"88.12.34.56/24", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"88.12.34.56/33", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"88.12.34.*", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"88.12.34", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"::ffff:88.12.34.56", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"fe80::1%eth0", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"88.12.34.56:8443", DOCUMENT_REASON_ADDRESS_PORT, "88.12.34.56"},
        {"[2a00:1450::1]:443", DOCUMENT_REASON_ADDRESS_PORT, "2a00:1450::1"},
        {"[2a00:1450::1", DOCUMENT_REASON_ADDRESS_PORT, "2a00:1450::1"},
        {"http://88.12.34.56/ws?wsdl", DOCUMENT_REASON_ADDRESS_PORT, "88.12.34.56"},
        {"://", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"[", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"seu.example.org", DOCUMENT_REASON_ADDRESS_NAME, ""},
        {"https://seu.example.org:8443/ws", DOCUMENT_REASON_ADDRESS_NAME, ""},
        {"seu", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"-a.example", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"a..example", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"88.1.2.0-88.1.2.255", DOCUMENT_REASON_ADDRESS_SPAN, "88.1.2.0/24"},
        {"88.1.2.3 - 88.1.2.9", DOCUMENT_REASON_ADDRESS_SPAN, "88.1.2.3, 88.1.2.4/30, 88.1.2.8/31"},
        {"88.1.2.3-9", DOCUMENT_REASON_ADDRESS_SPAN, "88.1.2.3, 88.1.2.4/30, 88.1.2.8/31"},
        {"88.1.2.3-3", DOCUMENT_REASON_ADDRESS_SPAN, "88.1.2.3"},
        {"0.0.0.0-255.255.255.255", DOCUMENT_REASON_ADDRESS_SPAN, "0.0.0.0/0"},
        {"0.0.0.1-255.255.255.254", DOCUMENT_REASON_ADDRESS_SPAN, NULL}, /* cut */
        {"88.1.2.9-88.1.2.3", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"88.1.2.3-256", DOCUMENT_REASON_ADDRESS_BAD, NULL},
        {"88.1.2.3-", DOCUMENT_REASON_ADDRESS_BAD, NULL},
    };
    struct arena a = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct document_address x;
        document_address_judge(&a, str_of(rows[i].text), NULL, 0, NULL, 0, &x);
        if (x.refused != (rows[i].code >= 0) || x.remark_count != (size_t)(rows[i].code >= 0) ||
            (x.remark_count > 0 && ((int)x.remarks[0].code != rows[i].code ||
                                    (rows[i].other != NULL && strcmp(x.remarks[0].other, rows[i].other) != 0))))
            fail_msg("\"%s\": %s %s", rows[i].text,
                     x.remark_count == 0 ? "taken" : document_reason_code(x.remarks[0].code),
                     x.remark_count == 0 ? "" : x.remarks[0].other);
    }
    arena_release(&a);
}

static void found_where_addresses_are_asked_for(void **state)
{
    struct arena a = {0};
    const struct document_field fields[] = {{"ip_1", "", "seu.example.org"}, {"web", "", "www.example.org"}};
    struct document d = {.kind = DOCUMENT_PDF,
                         .fields = fields,
                         .field_count = 2,
                         .text = "Web: www.example.org\nAdreces IP: 88.1.2.3:443 i N.A.\nTel: 93.555.00.11\n"
                                 "a les 10:30:00\nHora 10:30\f"};
    (void)state;
    document_find_values(&a, &d);
    assert_int_equal(d.address_count, 2);
    assert_string_equal(d.addresses[0].text, "seu.example.org");
    assert_string_equal(d.addresses[1].text, "88.1.2.3:443");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_as_it_was_written),
        cmocka_unit_test(found_where_addresses_are_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
