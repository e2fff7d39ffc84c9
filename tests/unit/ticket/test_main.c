#include "suites.h"
#include "world.h"

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "child") == 0) {
        world.options = (struct tracker_options){.by = &world.by,
                                                 .project = "ST",
                                                 .template_key = "",
                                                 .url = "",
                                                 .token = "",
                                                 .type = "",
                                                 .date_field = "",
                                                 .close = "",
                                                 .ca = ""};
        return suite_child(argv[2], argv[3]);
    }
    int status = world_start(argc, argv);
    if (status != 0)
        return status;
    int failed = suite_tracker();
    if (world.faults != NULL)
        failed += suite_wire();
    world_stop();
    return failed != 0;
}
