#include "flow/wake.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Beside the SQLite file, else beside the configuration. False: the path is longer than an address may be. */
static bool place(const struct desk *d, struct sockaddr_un *ret)
{
    struct arena a = {0};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *url = config_store_url(&a, d->config);
    const char *path = str_starts(str_of(url), "sqlite:") ? arena_printf(&a, "%s.wake", url + strlen("sqlite:"))
                                                          : arena_printf(&a, "%s/talaia.wake", config_dir(d->config));
    size_t n = strlen(path);
    bool fits = n < sizeof address.sun_path;
    if (fits)
        memcpy(address.sun_path, path, n + 1);
    arena_release(&a);
    if (fits)
        *ret = address;
    return fits;
}

void wake_mailer(const struct desk *d)
{
    struct sockaddr_un to;
    if (!place(d, &to))
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, "", 0, MSG_NOSIGNAL, (const struct sockaddr *)&to, sizeof to);
    close(fd);
}

int wake_listen(const struct desk *d)
{
    struct sockaddr_un at;
    if (!place(d, &at))
        return -1;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    (void)unlink(at.sun_path); /* of one that died */
    if (bind(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

void wake_drain(int fd)
{
    char nothing[16];
    while (fd >= 0 && recv(fd, nothing, sizeof nothing, MSG_DONTWAIT) >= 0)
        continue;
}

void wake_close(int fd)
{
    struct sockaddr_un at;
    socklen_t n = sizeof at;
    if (fd < 0)
        return;
    if (getsockname(fd, (struct sockaddr *)&at, &n) == 0 && n > sizeof at.sun_family)
        (void)unlink(at.sun_path);
    close(fd);
}
