#pragma once

#include <napi.h>

namespace epics_ioc {

/// listDeviceRecords(deviceType): find the records of that DTYP that were loaded since the last call, number
/// them, and describe them to JavaScript. May be called until iocBuild.
Napi::Value listDeviceRecords(const Napi::CallbackInfo& info);

}  // namespace epics_ioc
