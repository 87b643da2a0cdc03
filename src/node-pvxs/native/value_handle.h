#pragma once

#include <napi.h>
#include <pvxs/data.h>

#include <memory>

#include "handle.h"

namespace node_pvxs {

// A pvxs Value held by JavaScript. It belongs to the JavaScript thread from then on: nobody else changes it.
class ValueHandle {
 public:
  static constexpr napi_type_tag kTag{0x5a1c0e7c9d2b4f01, 0x9b1d3a5e7c2f4d11};
  static constexpr const char* kName = "Value";

  ValueHandle(Napi::Env env, pvxs::Value value) : env_(env), value_(std::move(value)) {}
  ~ValueHandle() { dispose(); }
  ValueHandle(const ValueHandle&) = delete;
  ValueHandle& operator=(const ValueHandle&) = delete;

  const pvxs::Value& value() const { return value_; }
  // Has garbage collection reckon with the arrays of the value, which it doesn't see.
  void report_memory();
  void dispose();

 private:
  const napi_env env_;
  pvxs::Value value_;
  int64_t reported_bytes_ = 0;
};

// An empty value, or one that is to be disposed of soon.
Napi::Value wrap_value(Napi::Env env, pvxs::Value value);
// A value with content, to be freed by garbage collection.
Napi::Value wrap_content(Napi::Env env, pvxs::Value value);

// The value of a handle; throws PVA_CLOSED after valueDispose().
pvxs::Value unwrap_value(const Napi::Value& handle);

void export_value(Napi::Object exports);

}  // namespace node_pvxs
