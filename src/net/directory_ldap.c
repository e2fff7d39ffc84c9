/* Asking a directory with libldap. */
#include <ldap.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "base/limits.h"
#include "base/str.h"
#include "net/directory.h"

/* libldap's own time-outs do not cover the TLS handshake with a server that says nothing: whoever is connected too long
 * is cut off from outside. */
struct watchdog {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t change;
    struct timespec end;
    int fd; /* of the connection, -1: none yet */
    bool over, barked;
};

struct ask {
    const struct directory_options *o;
    struct arena *a;
    struct err *e;
    struct watchdog dog;
};

static void *watch(void *watchdog)
{
    struct watchdog *w = watchdog;
    pthread_mutex_lock(&w->lock);
    while (!w->over && pthread_cond_timedwait(&w->change, &w->lock, &w->end) == 0)
        continue;
    while (!w->over) {
        w->barked = true;
        if (w->fd >= 0)
            (void)shutdown(w->fd, SHUT_RDWR);
        /* One that is connected only now is cut off a moment later. */
        w->end.tv_sec++;
        while (!w->over && pthread_cond_timedwait(&w->change, &w->lock, &w->end) == 0)
            continue;
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static bool watch_begin(struct watchdog *w, int seconds, struct err *e)
{
    pthread_condattr_t attributes;
    *w = (struct watchdog){.fd = -1};
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&w->change, &attributes);
    pthread_condattr_destroy(&attributes);
    clock_gettime(CLOCK_MONOTONIC, &w->end);
    w->end.tv_sec += seconds;
    return pthread_create(&w->thread, NULL, watch, w) == 0 ||
           err_set(e, ERR_INTERNAL, N_("a thread cannot be started"));
}

static void watch_fd(struct watchdog *w, int fd)
{
    pthread_mutex_lock(&w->lock);
    w->fd = fd;
    pthread_mutex_unlock(&w->lock);
}

static void watch_end(struct watchdog *w)
{
    pthread_mutex_lock(&w->lock);
    w->over = true;
    pthread_cond_signal(&w->change);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->change);
    pthread_mutex_destroy(&w->lock);
}

static int connected(LDAP *ld, Sockbuf *sb, LDAPURLDesc *to, struct sockaddr *address, struct ldap_conncb *callback)
{
    int fd = -1;
    (void)ld;
    (void)to;
    (void)address;
    if (ber_sockbuf_ctrl(sb, LBER_SB_OPT_GET_FD, &fd) == 1)
        watch_fd(callback->lc_arg, fd);
    return 0;
}

/* Before libldap closes it: the number may be somebody else's then. */
static void disconnected(LDAP *ld, Sockbuf *sb, struct ldap_conncb *callback)
{
    (void)ld;
    (void)sb;
    watch_fd(callback->lc_arg, -1);
}

static const char *host_of(const struct ask *q)
{
    const char *host = strstr(q->o->url, "://");
    return host == NULL ? q->o->url : host + 3;
}

/* Which servers' faults waiting heals, or somebody else than the administrator of the desk. */
static bool is_net(int rc)
{
    return rc == LDAP_SERVER_DOWN || rc == LDAP_TIMEOUT || rc == LDAP_CONNECT_ERROR || rc == LDAP_UNAVAILABLE ||
           rc == LDAP_BUSY;
}

static bool fail(struct ask *q, LDAP *ld, int rc, const char *doing)
{
    char *more = NULL;
    if (ld != NULL)
        (void)ldap_get_option(ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more);
    const char *detail = more != NULL && more[0] != '\0' ? arena_printf(q->a, ": %s", more) : "";
    if (more != NULL)
        ldap_memfree(more);
    if (is_net(rc))
        return err_set(q->e, ERR_NET,
                       N_("the directory %s does not answer as it should (%s: %s%s); is it up, and is its certificate "
                          "for this name and from an authority in ldap.ca?"),
                       host_of(q), doing, ldap_err2string(rc), detail);
    return err_set(q->e, ERR_CONFIG,
                   N_("the directory %s refuses (%s: %s%s); look at ldap.bind_dn, ldap.base and "
                      "ldap.filter"),
                   host_of(q), doing, ldap_err2string(rc), detail);
}

static LDAP *connect_to(struct ask *q, struct ldap_conncb *callback)
{
    LDAP *ld = NULL;
    *callback = (struct ldap_conncb){.lc_add = connected, .lc_del = disconnected, .lc_arg = &q->dog};
    const int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2,
              client = 0;
    const struct timeval wait = {.tv_sec = q->o->seconds};
    int rc = ldap_initialize(&ld, q->o->url);
    if (rc != LDAP_SUCCESS) {
        fail(q, NULL, rc, "address");
        return NULL;
    }
    bool set = ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_SUCCESS &&
               ldap_set_option(ld, LDAP_OPT_CONNECT_CB, callback) == LDAP_SUCCESS &&
               ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_SUCCESS &&
               ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &wait) == LDAP_SUCCESS &&
               ldap_set_option(ld, LDAP_OPT_TIMEOUT, &wait) == LDAP_SUCCESS &&
               ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == LDAP_SUCCESS &&
               ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least) == LDAP_SUCCESS &&
               ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE,
                               q->o->ca[0] == '\0' ? "/etc/ssl/certs/ca-certificates.crt" : q->o->ca) == LDAP_SUCCESS &&
               ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_SUCCESS;
    if (!set)
        err_set(q->e, ERR_CONFIG, N_("TLS for the directory cannot be set up; can ldap.ca be read?"));
    else if (strncmp(q->o->url, "ldaps://", 8) != 0 && (rc = ldap_start_tls_s(ld, NULL, NULL)) != LDAP_SUCCESS)
        set = fail(q, ld, rc, "StartTLS");
    if (set)
        return ld;
    ldap_unbind_ext_s(ld, NULL, NULL);
    return NULL;
}

static int bind_as(LDAP *ld, const char *dn, const char *password)
{
    char *copy = ldap_strdup(password);
    struct berval secret = {.bv_len = strlen(password), .bv_val = copy};
    int rc = ldap_sasl_bind_s(ld, dn, LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL);
    explicit_bzero(copy, secret.bv_len);
    ldap_memfree(copy);
    return rc;
}

static int search(struct ask *q, LDAP *ld, const char *base, const char *filter, const char *attribute, int most,
                  LDAPMessage **ret)
{
    char *names[] = {arena_strdup(q->a, attribute), NULL};
    struct timeval wait = {.tv_sec = q->o->seconds};
    return ldap_search_ext_s(ld, base, LDAP_SCOPE_SUBTREE, filter, names, 0, NULL, NULL, &wait, most, ret);
}

/* The person's entry: *ret_dn NULL when there is none, or more than one. */
static bool find_person(struct ask *q, LDAP *ld, const char *name, const char **ret_dn, struct directory_person *p)
{
    LDAPMessage *found = NULL, *entry;
    const char *filter = directory_filter(q->a, q->o->filter, name);
    *ret_dn = NULL;
    if (filter == NULL)
        return err_set(q->e, ERR_CONFIG, N_("ldap.filter needs %%s where the name stands, as in (uid=%%s)"));
    int rc = search(q, ld, q->o->base, filter, "memberOf", 2, &found);
    if (rc != LDAP_SUCCESS && rc != LDAP_SIZELIMIT_EXCEEDED) {
        ldap_msgfree(found);
        return fail(q, ld, rc, "search");
    }
    if (ldap_count_entries(ld, found) == 1 && (entry = ldap_first_entry(ld, found)) != NULL) {
        char *dn = ldap_get_dn(ld, entry);
        struct berval **values = ldap_get_values_len(ld, entry, "memberOf");
        int n = values == NULL ? 0 : ldap_count_values_len(values);
        n = n > LIMIT_DIRECTORY_GROUPS ? LIMIT_DIRECTORY_GROUPS : n;
        p->groups = arena_array(q->a, const char *, (size_t)n + 1);
        for (int i = 0; i < n; i++)
            p->groups[p->group_count++] = arena_text(q->a, str_part(values[i]->bv_val, values[i]->bv_len));
        *ret_dn = dn != NULL && dn[0] != '\0' ? arena_strdup(q->a, dn) : NULL;
        if (values != NULL)
            ldap_value_free_len(values);
        ldap_memfree(dn);
    }
    ldap_msgfree(found);
    return true;
}

static bool find_groups(struct ask *q, LDAP *ld, const char *dn, const char *name, struct directory_person *p)
{
    LDAPMessage *found = NULL;
    const char *who = directory_escape(q->a, dn);
    const char *filter =
        arena_printf(q->a, "(|(member=%s)(uniqueMember=%s)(memberUid=%s))", who, who, directory_escape(q->a, name));
    int rc = search(q, ld, q->o->groups_base, filter, LDAP_NO_ATTRS, LIMIT_DIRECTORY_GROUPS, &found);
    if (rc != LDAP_SUCCESS && rc != LDAP_SIZELIMIT_EXCEEDED) {
        ldap_msgfree(found);
        return fail(q, ld, rc, "groups");
    }
    p->groups = arena_array(q->a, const char *, LIMIT_DIRECTORY_GROUPS + 1);
    p->group_count = 0;
    for (LDAPMessage *m = ldap_first_entry(ld, found); m != NULL && p->group_count < LIMIT_DIRECTORY_GROUPS;
         m = ldap_next_entry(ld, m)) {
        char *group = ldap_get_dn(ld, m);
        if (group != NULL)
            p->groups[p->group_count++] = arena_strdup(q->a, group);
        ldap_memfree(group);
    }
    ldap_msgfree(found);
    return true;
}

/* As the person, on a connection of its own: what was asked before was asked by somebody else. */
static bool try_password(struct ask *q, const char *dn, const char *password, bool *ret_right)
{
    struct ldap_conncb callback;
    LDAP *ld = connect_to(q, &callback);
    if (ld == NULL)
        return false;
    int rc = bind_as(ld, dn, password);
    *ret_right = rc == LDAP_SUCCESS;
    bool known = rc == LDAP_SUCCESS || rc == LDAP_INVALID_CREDENTIALS || rc == LDAP_INAPPROPRIATE_AUTH ||
                 rc == LDAP_INSUFFICIENT_ACCESS || rc == LDAP_CONSTRAINT_VIOLATION || rc == LDAP_UNWILLING_TO_PERFORM ||
                 fail(q, ld, rc, "login");
    ldap_unbind_ext_s(ld, NULL, NULL);
    return known;
}

static bool ask_watched(struct ask *q, const char *name, const char *password, struct directory_person *ret)
{
    const struct directory_options *o = q->o;
    struct directory_person p = {0};
    struct ldap_conncb callback;
    const char *dn = NULL;
    LDAP *ld = connect_to(q, &callback);
    if (ld == NULL)
        return false;
    int rc = o->bind_dn[0] == '\0' ? LDAP_SUCCESS : bind_as(ld, o->bind_dn, o->bind_password);
    bool ok = (rc == LDAP_SUCCESS || fail(q, ld, rc, "ldap.bind_dn")) && find_person(q, ld, name, &dn, &p) &&
              (!(dn != NULL && o->groups_base[0] != '\0') || find_groups(q, ld, dn, name, &p));
    ldap_unbind_ext_s(ld, NULL, NULL);
    if (!ok || (dn != NULL && !try_password(q, dn, password, &p.taken)))
        return false;
    *ret = p;
    return true;
}

static bool ask(const struct directory_options *o, struct arena *a, const char *name, const char *password,
                struct directory_person *ret, struct err *e)
{
    struct ask q = {.o = o, .a = a, .e = e};
    if (password[0] == '\0') { /* a bind without a password succeeds as nobody (RFC 4513 §5.1.2) */
        *ret = (struct directory_person){0};
        return true;
    }
    if (!watch_begin(&q.dog, 2 * o->seconds, e))
        return false;
    bool ok = ask_watched(&q, name, password, ret);
    watch_end(&q.dog);
    return ok;
}

__attribute__((visibility("default"))) extern const struct directory_api talaia_module;
const struct directory_api talaia_module = {.ask = ask};
