#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "pva_error.h"

namespace node_pvxs {

// A C++ object held by JavaScript: an External that owns a share of it and carries T::kTag, so that a handle
// of another kind, or of another addon, is refused instead of misread. T::kName names the kind in messages.
template <class T>
Napi::Value wrap(Napi::Env env, std::shared_ptr<T> object) {
  auto external = Napi::External<std::shared_ptr<T>>::New(
      env, new std::shared_ptr<T>(std::move(object)),
      [](Napi::BasicEnv, std::shared_ptr<T>* share) { delete share; });
  external.TypeTag(&T::kTag);
  return external;
}

template <class T>
std::shared_ptr<T> unwrap(const Napi::Value& value) {
  if (value.IsExternal()) {
    auto external = value.As<Napi::External<std::shared_ptr<T>>>();
    if (external.CheckTypeTag(&T::kTag)) return *external.Data();
  }
  throw PvaError("PVA_TYPE", std::string("expected a handle of a ") + T::kName);
}

}  // namespace node_pvxs
