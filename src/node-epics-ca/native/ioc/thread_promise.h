#pragma once

#include <napi.h>

#include <functional>
#include <string>

namespace epics_ioc {

/// What work on a thread came to.
struct WorkResult {
  int status = 0;
  std::string text;
};

/// Run work on a thread of its own, never one of libuv's, and settle a promise with {status, text}.
/// @param keeps_process_alive whether Node waits for it before it exits
Napi::Promise runOnThread(Napi::Env env, bool keeps_process_alive, std::function<WorkResult()> work);

}  // namespace epics_ioc
