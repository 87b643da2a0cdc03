#include "string_array_handle.h"

#include <atomic>

namespace node_pvxs {

pvxs::shared_array<std::string> StringArrayHandle::take_spare(bool copy) {
  if (!spare_.empty() && spare_.unique()) {
    // The last other owner, on a pvxs worker, has read it before it let go.
    std::atomic_thread_fence(std::memory_order_acquire);
    return spare_.thaw();
  }
  spare_.clear();
  if (!copy) return {};
  stale_.clear();
  return pvxs::shared_array<std::string>(current_.begin(), current_.end());
}

void StringArrayHandle::publish(pvxs::shared_array<std::string>&& next) {
  spare_ = std::move(current_);
  current_ = next.freeze();
}

void StringArrayHandle::set(const Napi::Value& data) {
  if (!data.IsObject())
    throw PvaError("PVA_TYPE", "a string[] takes an array of strings, or { joined, list }");
  auto next = take_spare(false);
  fill_strings(next, data, {});
  publish(std::move(next));
  // Too different to be brought up to date: it can only be filled anew.
  stale_.resize(spare_.size() == current_.size() ? current_.size() : 0);
  for (uint32_t i = 0; i < stale_.size(); i++) stale_[i] = i;
  if (spare_.size() != current_.size()) spare_.clear();
}

void StringArrayHandle::change(const Napi::Uint32Array& indexes, const Napi::Array& replacements) {
  auto next = take_spare(true);
  for (auto index : stale_) next[index] = current_[index];
  std::vector<uint32_t> changed(indexes.Data(), indexes.Data() + indexes.ElementLength());
  for (uint32_t i = 0; i < changed.size(); i++) {
    auto path = "[" + std::to_string(changed[i]) + "]";
    if (changed[i] >= next.size()) throw PvaError("PVA_TYPE", "the array has no such element", path);
    Napi::Value replacement = replacements.Get(i);
    if (!string_from_js(indexes.Env(), replacement, next[changed[i]])) {
      throw PvaError("PVA_TYPE", "a string[] takes strings", path);
    }
  }
  publish(std::move(next));
  stale_ = std::move(changed);
}

namespace {

// shared_array<const std::string>
// stringArrayCreate(): StringArrayHandle
Napi::Value create(const Napi::CallbackInfo& info) {
  return wrap(info.Env(), std::make_shared<StringArrayHandle>());
}

// shared_array<const std::string> shared_array<std::string>::freeze()
// stringArraySet(array: StringArrayHandle, strings: readonly string[] | { joined: string, list: string[] }):
// void
Napi::Value set(const Napi::CallbackInfo& info) {
  unwrap<StringArrayHandle>(info[0])->set(info[1]);
  return info.Env().Undefined();
}

// shared_array<std::string> shared_array<const std::string>::thaw()
// stringArrayChange(array: StringArrayHandle, indexes: Uint32Array, strings: readonly string[]): void
Napi::Value change(const Napi::CallbackInfo& info) {
  unwrap<StringArrayHandle>(info[0])->change(info[1].As<Napi::Uint32Array>(), info[2].As<Napi::Array>());
  return info.Env().Undefined();
}

}  // namespace

void export_string_array(Napi::Object exports) {
  export_function<create>(exports, "stringArrayCreate");
  export_function<set>(exports, "stringArraySet");
  export_function<change>(exports, "stringArrayChange");
}

}  // namespace node_pvxs
