#include "flow/mail_server.h"

bool desk_has_mail(const struct desk *d, enum config_key url)
{
    return config_text(d->config, url)[0] != '\0';
}

/* "" stays "": a relative path is one only when there is something. */
static const char *file_of(const struct desk *d, struct arena *a, enum config_key key)
{
    return config_text(d->config, key)[0] == '\0' ? "" : config_path(a, d->config, key);
}

bool desk_mail_server(const struct desk *d, struct arena *a, enum config_key url, struct mail_server *ret,
                      struct err *e)
{
    if (!desk_has_mail(d, url))
        return err_set(e, ERR_CONFIG,
                       url == KEY_MAIL_SMTP_URL
                           ? N_("no mail server is configured: set mail.smtp.url in talaia.yaml, for example "
                                "smtp://USER:PASSWORD@mail.example:587")
                           : N_("no mailbox is configured: set mail.imap.url in talaia.yaml, for example "
                                "imaps://USER:PASSWORD@mail.example"));
    const struct mail_settings s = {
        .url = config_text(d->config, url),
        .key = config_key_info(url)->key,
        .plain = strcmp(config_text(d->config, KEY_MAIL_TLS), "none") == 0,
        .xoauth2 = strcmp(config_text(d->config, KEY_MAIL_AUTH), "xoauth2") == 0,
        .token_file = file_of(d, a, KEY_MAIL_TOKEN_FILE),
        .ca_file = file_of(d, a, KEY_MAIL_CA),
    };
    return mail_server_parse(&s, a, ret, e);
}
