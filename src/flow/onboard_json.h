/* Integrations as JSON, as commands print them and as the API gives them: the same names and values, written once. Days
 * are ISO text, instants ISO 8601 in UTC; what is not there is null. The schemas stand in web/api_json.c; the tests
 * hold them against these. */
#ifndef TALAIA_FLOW_ONBOARD_JSON_H
#define TALAIA_FLOW_ONBOARD_JSON_H

#include <jansson.h>

#include "flow/onboard.h"

json_t *onboard_json(const struct integration *x, day_t today);
/* One document: file `i` of the view, with what was found in it. */
json_t *onboard_file_json(struct arena *a, enum lang lang, const struct onboard_view *v, size_t i);
/* Lists: files that are being checked or could not be; a test of each modality; the way it went; messages. */
json_t *onboard_waiting_json(const struct onboard_view *v);
json_t *onboard_tests_json(const struct onboard_view *v);
json_t *onboard_steps_json(const struct onboard_view *v);
json_t *onboard_letters_json(const struct onboard_view *v);
/* What should be known of it beside these: its CDA, and whether what is filed is what was verified. */
void onboard_alarms_json(const struct onboard_view *v, json_t *to);

#endif
