/* A plugin that has nothing for a host this old. */
#include "reeve_plugin.h"

const reeve_plugin_info *reeve_plugin(uint32_t host_abi) {
    (void)host_abi;
    return NULL;
}
