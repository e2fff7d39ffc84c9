#include "flow/tracker.h"

bool desk_tracker_open(struct desk *d, struct tracker **ret, struct err *e)
{
    const char *kind = config_text(d->config, KEY_TRACKER_KIND), *project = config_text(d->config, KEY_TRACKER_PROJECT);
    const char *ca = config_text(d->config, KEY_TRACKER_CA);
    struct tracker_options o = {
        .kind = strcmp(kind, "jira") == 0      ? TRACKER_JIRA
                : strcmp(kind, "redmine") == 0 ? TRACKER_REDMINE
                                               : TRACKER_LOCAL,
        .by = &d->by,
        .project = project[0] != '\0' ? project : d->files.profile.ticket_project,
        .template_key = d->files.profile.ticket_template,
        .url = config_text(d->config, KEY_TRACKER_URL),
        .token = config_text(d->config, KEY_TRACKER_TOKEN),
        .type = config_text(d->config, KEY_TRACKER_TYPE),
        .date_field = config_text(d->config, KEY_TRACKER_DATE_FIELD),
        .close = config_text(d->config, KEY_TRACKER_CLOSE),
        .ca = ca[0] == '\0' ? "" : config_path(&d->arena, d->config, KEY_TRACKER_CA),
    };
    o.watcher_count = config_list(d->config, KEY_TRACKER_WATCHERS, &o.watchers);
    return tracker_open(&o, ret, e);
}
