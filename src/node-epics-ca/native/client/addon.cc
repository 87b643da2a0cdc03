#include <napi.h>

#include "context_binding.h"

namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto* state = new ca_client::EnvironmentState(env);
  env.SetInstanceData(state);  // deletes it when the environment is gone
  exports.Set("CaContext", ca_client::ContextBinding::Define(env, *state));
  return exports;
}

}  // namespace

NODE_API_MODULE(epics_ca_client, Init)
