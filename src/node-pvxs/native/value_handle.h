#pragma once

#include <napi.h>
#include <pvxs/data.h>

#include <memory>

#include "handle.h"

namespace node_pvxs {

// A pvxs Value held by JavaScript. It belongs to the JavaScript thread from then on: nobody else changes it.
struct ValueHandle {
  static constexpr napi_type_tag kTag{0x5a1c0e7c9d2b4f01, 0x9b1d3a5e7c2f4d11};
  static constexpr const char* kName = "Value";

  pvxs::Value value;
};

inline Napi::Value wrap_value(Napi::Env env, pvxs::Value value) {
  return wrap(env, std::make_shared<ValueHandle>(ValueHandle{std::move(value)}));
}

// The value of a handle; throws PVA_CLOSED after valueDispose().
pvxs::Value unwrap_value(const Napi::Value& handle);

void export_value(Napi::Object exports);

}  // namespace node_pvxs
