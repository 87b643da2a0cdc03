#pragma once

#include <napi.h>
#include <pvxs/sharedpv.h>

#include <memory>

#include "environment.h"

namespace node_pvxs {

// A pvxs SharedPV held by JavaScript. It is served on after the handle is gone, as long as a server has it.
struct SharedPvHandle : public Closable {
  static constexpr napi_type_tag kTag{0x7d3a9c5e1f2b4a03, 0xb5c4d3e2f1a04f33};
  static constexpr const char* kName = "SharedPV";

  explicit SharedPvHandle(const pvxs::server::SharedPV& shared_pv) : pv(shared_pv) {}
  void close() noexcept override;

  pvxs::server::SharedPV pv;
};

void export_shared_pv(Napi::Object exports);

}  // namespace node_pvxs
