#pragma once

#include <napi.h>

namespace epics_ioc {

/// execute(line): Promise<{status, text}>. One iocsh command; text is what it said on stderr.
Napi::Value execute(const Napi::CallbackInfo& info);

/// shell(): Promise<{status, text}>. The interactive iocsh on stdin, until `exit` or the end of the input.
Napi::Value shell(const Napi::CallbackInfo& info);

}  // namespace epics_ioc
