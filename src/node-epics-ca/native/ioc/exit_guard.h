#pragma once

#include <napi.h>

namespace epics_ioc {

/// guardExit(signals: number[], limitMs, line): from the first of these signals on the process has that long
/// to end. Then native code answers the writes under way as failed, writes the line (see logLine()) to stderr
/// and ends the process with exit code 1, whatever JavaScript and EPICS are at. After the process's own
/// handlers of these signals were installed, which are called first.
Napi::Value guardExit(const Napi::CallbackInfo& info);

}  // namespace epics_ioc
