/* The ceiling for static pages: libmicrohttpd and nothing else, answering every request with the same bytes.
 *
 *     hello BYTES      prints the port of 127.0.0.1, then serves until it is killed
 */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct MHD_Response *answer;

static enum MHD_Result serve(void *nothing, struct MHD_Connection *c, const char *url, const char *method,
                             const char *version, const char *upload, size_t *upload_n, void **context)
{
    (void)nothing, (void)url, (void)method, (void)version, (void)upload, (void)upload_n, (void)context;
    return MHD_queue_response(c, MHD_HTTP_OK, answer);
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    static char bytes[16u << 20];
    if (n > sizeof bytes)
        return 1;
    answer = MHD_create_response_from_buffer(n, bytes, MHD_RESPMEM_PERSISTENT);
    struct MHD_Daemon *d =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, 0, NULL, NULL, serve, NULL, MHD_OPTION_END);
    const union MHD_DaemonInfo *info = d == NULL ? NULL : MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT);
    if (info == NULL)
        return 1;
    printf("%u\n", (unsigned)info->port);
    fflush(stdout);
    for (;;)
        pause();
}
