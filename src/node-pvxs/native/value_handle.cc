#include "value_handle.h"

#include "array_bytes.h"

namespace node_pvxs {

namespace {

// Less isn't worth a word to the garbage collector.
constexpr int64_t kLeastBytes = 4096;

}  // namespace

void ValueHandle::report_memory() {
  auto bytes = array_bytes(value_);
  if (bytes < kLeastBytes) return;
  reported_bytes_ = bytes;
  Napi::MemoryManagement::AdjustExternalMemory(env_, bytes);
}

void ValueHandle::dispose() {
  value_ = pvxs::Value();
  if (reported_bytes_ == 0) return;
  Napi::MemoryManagement::AdjustExternalMemory(env_, -reported_bytes_);
  reported_bytes_ = 0;
}

Napi::Value wrap_value(Napi::Env env, pvxs::Value value) {
  return wrap(env, std::make_shared<ValueHandle>(env, std::move(value)));
}

Napi::Value wrap_content(Napi::Env env, pvxs::Value value) {
  auto handle = std::make_shared<ValueHandle>(env, std::move(value));
  handle->report_memory();
  return wrap(env, std::move(handle));
}

pvxs::Value unwrap_value(const Napi::Value& handle) {
  auto value = unwrap<ValueHandle>(handle)->value();
  if (!value) throw PvaError("PVA_CLOSED", "the Value has been disposed of");
  return value;
}

}  // namespace node_pvxs
