#include "client.h"
#include "client_result.h"
#include "value_handle.h"

namespace node_pvxs {

void OperationHandle::set(std::shared_ptr<pvxs::client::Operation> operation) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!closed_) operation_.swap(operation);
}

void OperationHandle::set(std::shared_ptr<pvxs::client::Connect> connect) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!closed_) connect_.swap(connect);
}

std::shared_ptr<pvxs::client::Operation> OperationHandle::get() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!operation_) throw PvaError("PVA_CLOSED", "the operation has been cancelled");
  return operation_;
}

void OperationHandle::close() noexcept {
  std::shared_ptr<pvxs::client::Operation> operation;
  std::shared_ptr<pvxs::client::Connect> connect;
  std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  operation.swap(operation_);
  connect.swap(connect_);
}

namespace {

std::shared_ptr<ClientResult> client_result(const Napi::Value& function) {
  return std::make_shared<ClientResult>(Callback::create(function.As<Napi::Function>()));
}

std::function<void(pvxs::client::Result&&)> completer(std::shared_ptr<ClientResult> result) {
  return
      [result = std::move(result)](pvxs::client::Result&& outcome) { result->complete(std::move(outcome)); };
}

Napi::Value wrap_operation(Napi::Env env, std::shared_ptr<OperationHandle> handle) {
  Environment::of(env).close_at_exit(handle);
  return wrap(env, std::move(handle));
}

template <class Builder>
Napi::Value start(Napi::Env env, Builder& builder) {
  auto handle = std::make_shared<OperationHandle>();
  handle->set(builder.exec());
  return wrap_operation(env, std::move(handle));
}

// GetBuilder Context::get(const std::string& pvname)
// contextGet(context: ContextHandle, name: string, options: OperationOptions, result: ResultCallback):
// OperationHandle
Napi::Value get(const Napi::CallbackInfo& info) {
  auto builder = unwrap<ContextHandle>(info[0])->get().get(info[1].As<Napi::String>().Utf8Value());
  operation_options(info[2]).apply(builder);
  builder.result(completer(client_result(info[3])));
  return start(info.Env(), builder);
}

// GetBuilder Context::info(const std::string& pvname)
// contextInfo(context: ContextHandle, name: string, options: OperationOptions, result: ResultCallback):
// OperationHandle
Napi::Value info_(const Napi::CallbackInfo& info) {
  auto builder = unwrap<ContextHandle>(info[0])->get().info(info[1].As<Napi::String>().Utf8Value());
  operation_options(info[2]).apply(builder);
  builder.result(completer(client_result(info[3])));
  return start(info.Env(), builder);
}

// PutBuilder Context::put(const std::string& pvname), PutBuilder& onInit(std::function<void(const Value&)>&&)
// contextPut(context: ContextHandle, name: string, options: OperationOptions, ready: (prototype: ValueHandle)
// => void,
//            result: ResultCallback): OperationHandle
Napi::Value put(const Napi::CallbackInfo& info) {
  auto builder = unwrap<ContextHandle>(info[0])->get().put(info[1].As<Napi::String>().Utf8Value());
  operation_options(info[2]).apply(builder);
  auto ready = Callback::create(info[3].As<Napi::Function>());
  // pvxs replaces this callback by that of each put: being dropped means nothing.
  auto failed = Callback::create(info[4].As<Napi::Function>());
  builder.autoExec(false)
      .fetchPresent(false)
      .onInit([ready](const pvxs::Value& prototype) {
        ready->post(
            [prototype](Napi::Env env) { return std::vector<napi_value>{wrap_value(env, prototype)}; });
      })
      .result([failed](pvxs::client::Result&& outcome) {
        std::make_shared<ClientResult>(failed)->complete(std::move(outcome));
      });
  return start(info.Env(), builder);
}

// An RPC may do something: it must not be sent twice, but pvxs sends it again when the server is back. So the
// loss of the channel ends it with PVA_DISCONNECTED.
//
// RPCBuilder Context::rpc(const std::string& pvname, const Value& arg)
// contextRpc(context: ContextHandle, name: string, argument: ValueHandle | null, options: OperationOptions,
//            result: ResultCallback): OperationHandle
Napi::Value rpc(const Napi::CallbackInfo& info) {
  auto& context = unwrap<ContextHandle>(info[0])->get();
  auto name = info[1].As<Napi::String>().Utf8Value();
  auto builder = info[2].IsNull() ? context.rpc(name) : context.rpc(name, unwrap_value(info[2]));
  auto options = operation_options(info[3]);
  options.apply(builder);
  auto result = client_result(info[4]);
  builder.result(completer(result));
  auto handle = std::make_shared<OperationHandle>();
  handle->set(builder.exec());
  std::weak_ptr<OperationHandle> weak_handle(handle);
  std::weak_ptr<ClientResult> weak_result(result);
  auto connected = std::make_shared<bool>(false);
  auto connect = context.connect(name);
  connect.server(options.server)
      .syncCancel(false)
      .onConnect([connected]() { *connected = true; })
      .onDisconnect([connected, weak_handle, weak_result]() {
        if (!*connected) return;
        if (auto result = weak_result.lock())
          result->fail(std::make_exception_ptr(pvxs::client::Disconnect()));
        if (auto handle = weak_handle.lock()) handle->close();
      });
  handle->set(connect.exec());
  return wrap_operation(info.Env(), std::move(handle));
}

// void Operation::reExecPut(const Value& arg, std::function<void(client::Result&&)>&& resultcb)
// operationPut(operation: OperationHandle, value: ValueHandle, result: ResultCallback): void
Napi::Value operation_put(const Napi::CallbackInfo& info) {
  auto operation = unwrap<OperationHandle>(info[0])->get();
  operation->reExecPut(unwrap_value(info[1]), completer(client_result(info[2])));
  return info.Env().Undefined();
}

// void Operation::reExecGet(std::function<void(client::Result&&)>&& resultcb)
// operationGet(operation: OperationHandle, result: ResultCallback): void
Napi::Value operation_get(const Napi::CallbackInfo& info) {
  unwrap<OperationHandle>(info[0])->get()->reExecGet(completer(client_result(info[1])));
  return info.Env().Undefined();
}

// Operation::~Operation(), which cancels
// operationCancel(operation: OperationHandle): void
Napi::Value operation_cancel(const Napi::CallbackInfo& info) {
  unwrap<OperationHandle>(info[0])->close();
  return info.Env().Undefined();
}

}  // namespace

void export_operation(Napi::Object exports) {
  export_function<get>(exports, "contextGet");
  export_function<info_>(exports, "contextInfo");
  export_function<put>(exports, "contextPut");
  export_function<rpc>(exports, "contextRpc");
  export_function<operation_put>(exports, "operationPut");
  export_function<operation_get>(exports, "operationGet");
  export_function<operation_cancel>(exports, "operationCancel");
}

}  // namespace node_pvxs
