#pragma once

#include <napi.h>

namespace epics_ioc {

/// post(count, indexes: Uint32Array, flags: Uint16Array, numbers: Float64Array, times: Float64Array, rest:
/// unknown[]) One update each; the layout is that of PostPacker in TypeScript.
Napi::Value post(const Napi::CallbackInfo& info);

/// postNumbers(indexes: Uint32Array, values: Float64Array, timeMs: number): the same number layout, nothing
/// else.
Napi::Value postNumbers(const Napi::CallbackInfo& info);

/// complete(index, flight, severity: 0..3, message: string) -> whether that write was under way
Napi::Value complete(const Napi::CallbackInfo& info);

/// readRecord(index) -> value
Napi::Value readRecord(const Napi::CallbackInfo& info);

}  // namespace epics_ioc
