/* A module like ours, for the test of the loader. */
extern const int talaia_module[1];
__attribute__((visibility("default"))) const int talaia_module[1] = {4711};
