#include "client_result.h"

#include "pva_error.h"
#include "value_handle.h"

namespace node_pvxs {

ClientResult::~ClientResult() {
  fail(
      std::make_exception_ptr(PvaError("PVA_CANCELLED", "the operation ended without having been executed")));
}

void ClientResult::complete(pvxs::client::Result&& result) {
  if (settled_.exchange(true)) return;
  try {
    pvxs::Value value = result();
    post(nullptr, std::move(value), result.peerName());
  } catch (...) {
    post(std::current_exception(), {}, {});
  }
}

void ClientResult::fail(const std::exception_ptr& exception) {
  if (!settled_.exchange(true)) post(exception, {}, {});
}

void ClientResult::post(const std::exception_ptr& exception, pvxs::Value value, std::string peer) {
  callback_->post([exception, value = std::move(value), peer = std::move(peer)](Napi::Env env) {
    auto error = exception ? to_js_error(env, exception).Value() : Napi::Value(env.Null());
    auto result = value ? wrap_content(env, value) : Napi::Value(env.Null());
    return std::vector<napi_value>{error, result, Napi::String::New(env, peer)};
  });
}

}  // namespace node_pvxs
