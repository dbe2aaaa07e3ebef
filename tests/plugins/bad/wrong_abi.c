/* A plugin of another version of the contract. */
#include "reeve_plugin.h"

const reeve_plugin_info *reeve_plugin(uint32_t host_abi) {
    static reeve_plugin_info info;
    info.abi = host_abi + 1;
    return &info;
}
