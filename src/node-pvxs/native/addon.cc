#include <napi.h>
#include <pvxs/util.h>
#include <pvxs/version.h>

#include "client.h"
#include "environment.h"
#include "exec_op.h"
#include "pva_error.h"
#include "server.h"
#include "shared_pv.h"
#include "string_array_handle.h"
#include "value_handle.h"

namespace node_pvxs {

namespace {

// std::map<std::string, size_t> pvxs::instanceSnapshot()
// instanceSnapshot(): Record<string, number>
Napi::Value instance_snapshot(const Napi::CallbackInfo& info) {
  auto result = Napi::Object::New(info.Env());
  for (const auto& entry : pvxs::instanceSnapshot()) {
    result.Set(entry.first, Napi::Number::New(info.Env(), static_cast<double>(entry.second)));
  }
  return result;
}

// const char* pvxs::version_str()
// versionString(): string
Napi::Value version_string(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), pvxs::version_str());
}

// retainLoop(): void, keeps the process running until as many releaseLoop()
Napi::Value retain_loop(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).thread()->retain(info.Env());
  return info.Env().Undefined();
}

// releaseLoop(): void
Napi::Value release_loop(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).thread()->release(info.Env());
  return info.Env().Undefined();
}

// shutdown(): void, what the end of the environment does: answers what is unanswered and closes everything
Napi::Value shutdown(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).shutdown();
  return info.Env().Undefined();
}

}  // namespace

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  Environment::start(env);
  export_function<instance_snapshot>(exports, "instanceSnapshot");
  export_function<version_string>(exports, "versionString");
  export_function<retain_loop>(exports, "retainLoop");
  export_function<release_loop>(exports, "releaseLoop");
  export_function<shutdown>(exports, "shutdown");
  export_value(exports);
  export_string_array(exports);
  export_exec_op(exports);
  export_shared_pv(exports);
  export_server(exports);
  export_context(exports);
  export_operation(exports);
  export_subscription(exports);
  return exports;
}

}  // namespace node_pvxs

using node_pvxs::initialize;

NODE_API_MODULE(node_pvxs, initialize)
