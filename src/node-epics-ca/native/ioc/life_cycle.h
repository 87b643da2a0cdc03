#pragma once

#include <napi.h>

namespace epics_ioc {

// What the addon exports, in the order of NativeIoc in TypeScript.

/// claim(): boolean. Whether this environment may have the IOC of the process; once ever.
Napi::Value claim(const Napi::CallbackInfo& info);
/// setEnvironment(name, value): of the process, also from a worker thread.
Napi::Value setEnvironment(const Napi::CallbackInfo& info);
/// loadDatabase(file, path, macros): {status, text}. A .dbd file; registers what it names.
Napi::Value loadDatabase(const Napi::CallbackInfo& info);
/// loadRecords(file, macros): {status, text}
Napi::Value loadRecords(const Napi::CallbackInfo& info);
/// setAccessSecurity(file, macros): {status, text}. Parses the file for mistakes, and leaves it for iocBuild.
Napi::Value setAccessSecurity(const Napi::CallbackInfo& info);
/// open(listener, maxQueuedWrites): take writes, and call the listener with the fields of each event; tears
/// the IOC down with the environment.
Napi::Value open(const Napi::CallbackInfo& info);
/// build(): Promise<{status, text}>
Napi::Value build(const Napi::CallbackInfo& info);
/// run(): Promise<{status, text}>. From then on the listener hears what EPICS logs.
Napi::Value run(const Napi::CallbackInfo& info);
/// refuseWrites(): writes fail from now on.
Napi::Value refuseWrites(const Napi::CallbackInfo& info);
/// shutDown(reason): Promise<{status, text}>. Ends all writes under way, waits until the answers are out, and
/// stops the servers; or gives up after some seconds.
Napi::Value shutDown(const Napi::CallbackInfo& info);

}  // namespace epics_ioc
