/* Runs one command and says what it took, from outside and without the weight of the one who asks:
 *
 *     measure REPORT COMMAND [ARGUMENT…]
 *
 * REPORT gets a line "wall user system peak status": nanoseconds, microseconds, microseconds, KiB, exit code. The
 * command inherits everything else. A small process of its own, because Linux counts the memory of whoever forks into
 * the peak of the child. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static long long micros(struct timeval t)
{
    return t.tv_sec * 1000000ll + t.tv_usec;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: measure REPORT COMMAND [ARGUMENT...]\n");
        return 2;
    }
    long long began = now();
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    struct rusage used;
    int status;
    if (child < 0 || wait4(child, &status, 0, &used) != child) {
        perror("measure");
        return 2;
    }
    long long wall = now() - began;
    FILE *report = fopen(argv[1], "w");
    if (report == NULL) {
        perror(argv[1]);
        return 2;
    }
    (void)fprintf(report, "%lld %lld %lld %ld %d\n", wall, micros(used.ru_utime), micros(used.ru_stime), used.ru_maxrss,
                  WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(report) == 0 ? 0 : 2;
}
