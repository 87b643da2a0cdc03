#include <sstream>

#include "client.h"
#include "config.h"

namespace node_pvxs {

pvxs::client::Context& ContextHandle::get() {
  if (!context_) throw PvaError("PVA_CLOSED", "the client has been closed");
  return context_;
}

void ContextHandle::close() noexcept {
  try {
    auto context = context_;
    context_ = pvxs::client::Context();
    if (context) context.close();
  } catch (const std::exception&) {
    // Nothing is left to close.
  }
}

OperationOptions operation_options(const Napi::Value& value) {
  OperationOptions options;
  auto object = value.As<Napi::Object>();
  auto request = object.Get("request");
  auto server = object.Get("server");
  if (request.IsString()) options.request = request.As<Napi::String>().Utf8Value();
  if (server.IsString()) options.server = server.As<Napi::String>().Utf8Value();
  return options;
}

namespace {

Napi::Value wrap_context(Napi::Env env, const pvxs::client::Context& context) {
  auto handle = std::make_shared<ContextHandle>(context);
  Environment::of(env).close_at_exit(handle);
  return wrap(env, handle);
}

// explicit Context::Context(const Config&), Config& Config::applyDefs(const defs_t&)
// contextCreate(definitions: Definitions): ContextHandle
Napi::Value create(const Napi::CallbackInfo& info) {
  return wrap_context(info.Env(), pvxs::client::Config{}.applyDefs(definitions_from_js(info[0])).build());
}

// static Context Context::fromEnv()
// contextCreateFromEnv(): ContextHandle
Napi::Value create_from_env(const Napi::CallbackInfo& info) {
  return wrap_context(info.Env(), pvxs::client::Context::fromEnv());
}

// const Config& Context::config() const, void Config::updateDefs(defs_t&) const
// contextDefinitions(context: ContextHandle): Record<string, string>
Napi::Value definitions(const Napi::CallbackInfo& info) {
  std::map<std::string, std::string> result;
  unwrap<ContextHandle>(info[0])->get().config().updateDefs(result);
  return definitions_to_js(info.Env(), result);
}

// void Context::close()
// contextClose(context: ContextHandle): void
Napi::Value close(const Napi::CallbackInfo& info) {
  unwrap<ContextHandle>(info[0])->close();
  return info.Env().Undefined();
}

// void Context::hurryUp()
// contextHurryUp(context: ContextHandle): void
Napi::Value hurry_up(const Napi::CallbackInfo& info) {
  unwrap<ContextHandle>(info[0])->get().hurryUp();
  return info.Env().Undefined();
}

// DiscoverBuilder Context::discover(std::function<void(const Discovered&)>&&), DiscoverBuilder& pingAll(bool)
// contextDiscover(context: ContextHandle, pingAll: boolean, event: (discovered) => void): OperationHandle
Napi::Value discover(const Napi::CallbackInfo& info) {
  auto callback = Callback::create(info[2].As<Napi::Function>());
  auto operation = unwrap<ContextHandle>(info[0])
                       ->get()
                       .discover([callback](const pvxs::client::Discovered& found) {
                         callback->post([found](Napi::Env env) {
                           std::ostringstream guid;
                           guid << found.guid;
                           bool online = found.event == pvxs::client::Discovered::Online;
                           auto event = Napi::Object::New(env);
                           event.Set("event", online ? "online" : "timeout");
                           event.Set("peer", found.peer);
                           event.Set("proto", found.proto);
                           event.Set("server", found.server);
                           event.Set("guid", guid.str());
                           return std::vector<napi_value>{event};
                         });
                       })
                       .pingAll(info[1].ToBoolean())
                       .syncCancel(false)
                       .exec();
  auto handle = std::make_shared<OperationHandle>();
  handle->set(std::move(operation));
  Environment::of(info.Env()).close_at_exit(handle);
  return wrap(info.Env(), handle);
}

}  // namespace

void export_context(Napi::Object exports) {
  export_function<create>(exports, "contextCreate");
  export_function<create_from_env>(exports, "contextCreateFromEnv");
  export_function<definitions>(exports, "contextDefinitions");
  export_function<close>(exports, "contextClose");
  export_function<hurry_up>(exports, "contextHurryUp");
  export_function<discover>(exports, "contextDiscover");
}

}  // namespace node_pvxs
