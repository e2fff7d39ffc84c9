/* Ours: mails through mail/smtp.h over one kept connection:  session MODULES PORT COUNT */
#include "base/module.h"
#include "mail/smtp.h"
#include "mails.h"

static bool count_it(void *context)
{
    ++*(long *)context;
    return true;
}

int main(int argc, char **argv)
{
    static char bytes[MAIL_BYTES + 256];
    struct arena a = {0};
    struct err e = {0};
    struct mail_server server;
    int64_t count = 0;
    long moments = 0;
    if (argc != 4 || !str_to_int64(str_of(argv[3]), 1, 100000000, &count))
        return 2;
    module_init(argv[1]);
    struct mail_settings settings = {
        .url = arena_printf(&a, "smtp://127.0.0.1:%s", argv[2]), .key = "url", .plain = true};
    if (!mail_server_parse(&settings, &a, &server, &e)) {
        fprintf(stderr, "%s\n", e.log);
        return 1;
    }
    struct smtp *s = smtp_new(&server, &(struct smtp_timing){.helo = "bench.example"});
    int code = 0;
    for (int64_t i = 0; i < count && code == 0; i++) {
        size_t n = mail_make(bytes, (int)i);
        struct smtp_recipient to = {.address = "padro@odena.example"};
        struct smtp_mail m = {.from = "suport@aoc.example",
                              .to = &to,
                              .to_count = 1,
                              .bytes = str_part(bytes, n),
                              .before_data = count_it,
                              .context = &moments};
        struct smtp_result r;
        if (smtp_send(s, &m, &r, &e) != SMTP_ACCEPTED) {
            fprintf(stderr, "%s\n", e.log);
            code = 1;
        }
    }
    smtp_free(s);
    arena_release(&a);
    return moments == count ? code : 1;
}
