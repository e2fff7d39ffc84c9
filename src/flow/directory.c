#include "flow/directory.h"

#include "net/directory.h"

bool desk_has_directory(const struct desk *d)
{
    return config_text(d->config, KEY_LDAP_URL)[0] != '\0';
}

/* "administrator=cn=desk,ou=groups,dc=example": the role, and the group's DN. */
static bool read_rule(struct desk *d, const char *rule, enum role *ret_role, const char **ret_dn, struct err *e)
{
    const char *sign = strchr(rule, '=');
    if (sign != NULL && role_parse(arena_text(&d->arena, str_trim(str_part(rule, (size_t)(sign - rule)))), ret_role) &&
        strchr(sign + 1, '=') != NULL) {
        *ret_dn = sign + 1 + strspn(sign + 1, " ");
        return true;
    }
    return err_set(e, ERR_CONFIG,
                   N_("ldap.roles has \"%s\"; write ROLE=DN, as in technician=cn=suport,ou=groups,dc=x (%s)"), rule,
                   config_source(d->config, KEY_LDAP_ROLES));
}

bool desk_directory_ask(struct desk *d, const char *name, const char *password, enum directory_answer *ret,
                        enum role *ret_role, struct err *e)
{
    const char *ca = config_text(d->config, KEY_LDAP_CA);
    const struct directory_options o = {
        .url = config_text(d->config, KEY_LDAP_URL),
        .ca = ca[0] == '\0' ? "" : config_path(&d->arena, d->config, KEY_LDAP_CA),
        .bind_dn = config_text(d->config, KEY_LDAP_BIND_DN),
        .bind_password = config_text(d->config, KEY_LDAP_BIND_PASSWORD),
        .base = config_text(d->config, KEY_LDAP_BASE),
        .filter = config_text(d->config, KEY_LDAP_FILTER),
        .groups_base = config_text(d->config, KEY_LDAP_GROUPS_BASE),
        .seconds = (int)config_int(d->config, KEY_LDAP_SECONDS),
    };
    const struct directory_api *api = directory_api(e);
    struct directory_person p;
    const char *const *rules;
    size_t count = config_list(d->config, KEY_LDAP_ROLES, &rules);
    if (api == NULL || !api->ask(&o, &d->arena, name, password, &p, e))
        return false;
    enum directory_answer answer = p.taken ? DIRECTORY_NO_ROLE : DIRECTORY_WRONG;
    for (size_t i = 0; answer == DIRECTORY_NO_ROLE && i < count; i++) {
        const char *dn = "";
        if (!read_rule(d, rules[i], ret_role, &dn, e))
            return false;
        for (size_t k = 0; k < p.group_count; k++) {
            if (directory_same_dn(p.groups[k], dn))
                answer = DIRECTORY_TAKEN;
        }
    }
    *ret = answer;
    return true;
}
