// What stands beside the bundled plugins in their tests: servers on this machine, a certificate, a folder.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "engine/runtime/plugin.h"
#include "tests/crash/process.h"

namespace reeve::beside {

// A folder of its own, with cert.pem and key.pem for localhost, made once a program.
const std::filesystem::path& folder();
std::string written(const std::string& name, const std::string& text);  // into it; its path

// A script of tests/plugins, run by the system's Python; ended with this.
class Server {
  public:
    Server(const std::string& script, const std::vector<std::string>& words);
    int port() const { return port_; }
    Json next();  // what it took next; call it only when something was taken

  private:
    crash::Process process_;
    int port_ = 0;
};

// A bundled plugin, started by the built reeve.
std::unique_ptr<runtime::PluginNotifier> started(const std::string& plugin, const Json& settings);
// Why it does not start with these.
std::string refusal(const std::string& plugin, const Json& settings);

}  // namespace reeve::beside
