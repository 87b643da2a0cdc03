#include "shared_pv.h"

#include "exec_op.h"
#include "handle.h"
#include "value_handle.h"

namespace node_pvxs {

namespace {

using pvxs::Value;
using pvxs::server::SharedPV;

using RequestHandler = std::function<void(SharedPV&, std::unique_ptr<pvxs::server::ExecOp>&&, Value&&)>;
using ConnectionHandler = std::function<void(SharedPV&)>;

Napi::Value wrap_pv(Napi::Env env, const SharedPV& pv) {
  auto handle = std::make_shared<SharedPvHandle>(pv);
  Environment::of(env).close_at_exit(handle);
  return wrap(env, handle);
}

// On the pvxs worker: hands the operation over. Whatever happens on the way, ExecOp answers.
RequestHandler request_handler(const Napi::Value& function) {
  if (function.IsNull()) return nullptr;
  auto callback = Callback::create(function.As<Napi::Function>());
  return [callback](SharedPV&, std::unique_ptr<pvxs::server::ExecOp>&& op, Value&& value) {
    auto exec_op = ExecOp::create(std::move(op));
    callback->post([exec_op, value](Napi::Env env) {
      Environment::of(env).close_at_exit(exec_op);
      auto argument = value ? wrap_content(env, value) : Napi::Value(env.Null());
      return std::vector<napi_value>{wrap(env, exec_op), argument};
    });
  };
}

ConnectionHandler connection_handler(const Napi::Value& function) {
  if (function.IsNull()) return nullptr;
  auto callback = Callback::create(function.As<Napi::Function>());
  return [callback](SharedPV&) { callback->post([](Napi::Env) { return std::vector<napi_value>(); }); };
}

// pvxs can't carry "no member is selected" in a copy, and every post copies: it throws, or silently keeps the
// old member. Fields that are and stay so needn't be posted; the rest is refused.
void drop_unselected(const Value& top, const Value& current) {
  for (auto field : top.imarked()) {
    if (field.type() != pvxs::TypeCode::Union || field.as<Value>()) continue;
    const auto& name = top.nameOf(field);
    if (current && current[name].as<Value>()) {
      throw PvaError("PVA_TYPE", "pvxs can't post a union without a selected member once one was selected",
                     name);
    }
    field.unmark();
  }
}

// SharedPV SharedPV::buildMailbox()
// sharedPvBuildMailbox(): SharedPvHandle
Napi::Value build_mailbox(const Napi::CallbackInfo& info) {
  return wrap_pv(info.Env(), SharedPV::buildMailbox());
}

// SharedPV SharedPV::buildReadonly()
// sharedPvBuildReadonly(): SharedPvHandle
Napi::Value build_readonly(const Napi::CallbackInfo& info) {
  return wrap_pv(info.Env(), SharedPV::buildReadonly());
}

// void SharedPV::open(const Value& initial)
// sharedPvOpen(pv: SharedPvHandle, initial: ValueHandle): void
Napi::Value open(const Napi::CallbackInfo& info) {
  auto initial = unwrap_value(info[1]);
  drop_unselected(initial, Value());
  unwrap<SharedPvHandle>(info[0])->pv.open(initial);
  return info.Env().Undefined();
}

// bool SharedPV::isOpen() const
// sharedPvIsOpen(pv: SharedPvHandle): boolean
Napi::Value is_open(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), unwrap<SharedPvHandle>(info[0])->pv.isOpen());
}

// void SharedPV::close()
// sharedPvClose(pv: SharedPvHandle): void
Napi::Value close(const Napi::CallbackInfo& info) {
  unwrap<SharedPvHandle>(info[0])->pv.close();
  return info.Env().Undefined();
}

// void SharedPV::post(const Value& val)
// sharedPvPost(pv: SharedPvHandle, value: ValueHandle): void
Napi::Value post(const Napi::CallbackInfo& info) {
  auto handle = unwrap<SharedPvHandle>(info[0]);
  auto value = unwrap_value(info[1]);
  if (!handle->pv.isOpen()) throw PvaError("PVA_CLOSED", "the PV isn't open");
  bool unselected = false;
  for (auto field : value.imarked()) {
    unselected = unselected || (field.type() == pvxs::TypeCode::Union && !field.as<Value>());
  }
  if (unselected) drop_unselected(value, handle->pv.fetch());
  handle->pv.post(value);
  return info.Env().Undefined();
}

// Value SharedPV::fetch() const
// sharedPvFetch(pv: SharedPvHandle): ValueHandle
Napi::Value fetch(const Napi::CallbackInfo& info) {
  auto handle = unwrap<SharedPvHandle>(info[0]);
  if (!handle->pv.isOpen()) throw PvaError("PVA_CLOSED", "the PV isn't open");
  return wrap_content(info.Env(), handle->pv.fetch());
}

// void SharedPV::onPut(std::function<void(SharedPV&, std::unique_ptr<ExecOp>&&, Value&&)>&& fn)
// sharedPvOnPut(pv: SharedPvHandle, handler: ((op: ExecOpHandle, value: ValueHandle) => void) | null): void
Napi::Value on_put(const Napi::CallbackInfo& info) {
  unwrap<SharedPvHandle>(info[0])->pv.onPut(request_handler(info[1]));
  return info.Env().Undefined();
}

// void SharedPV::onRPC(std::function<void(SharedPV&, std::unique_ptr<ExecOp>&&, Value&&)>&& fn)
// sharedPvOnRpc(pv: SharedPvHandle, handler: ((op: ExecOpHandle, value: ValueHandle | null) => void) | null):
// void
Napi::Value on_rpc(const Napi::CallbackInfo& info) {
  unwrap<SharedPvHandle>(info[0])->pv.onRPC(request_handler(info[1]));
  return info.Env().Undefined();
}

// void SharedPV::onFirstConnect(std::function<void(SharedPV&)>&& fn)
// sharedPvOnFirstConnect(pv: SharedPvHandle, handler: (() => void) | null): void
Napi::Value on_first_connect(const Napi::CallbackInfo& info) {
  unwrap<SharedPvHandle>(info[0])->pv.onFirstConnect(connection_handler(info[1]));
  return info.Env().Undefined();
}

// void SharedPV::onLastDisconnect(std::function<void(SharedPV&)>&& fn)
// sharedPvOnLastDisconnect(pv: SharedPvHandle, handler: (() => void) | null): void
Napi::Value on_last_disconnect(const Napi::CallbackInfo& info) {
  unwrap<SharedPvHandle>(info[0])->pv.onLastDisconnect(connection_handler(info[1]));
  return info.Env().Undefined();
}

}  // namespace

void SharedPvHandle::close() noexcept {
  try {
    pv.onPut(nullptr);
    pv.onRPC(nullptr);
    pv.onFirstConnect(nullptr);
    pv.onLastDisconnect(nullptr);
    pv.close();
  } catch (const std::exception&) {
    // Its server has gone before it: nothing is left to close.
  }
}

void export_shared_pv(Napi::Object exports) {
  export_function<build_mailbox>(exports, "sharedPvBuildMailbox");
  export_function<build_readonly>(exports, "sharedPvBuildReadonly");
  export_function<open>(exports, "sharedPvOpen");
  export_function<is_open>(exports, "sharedPvIsOpen");
  export_function<close>(exports, "sharedPvClose");
  export_function<post>(exports, "sharedPvPost");
  export_function<fetch>(exports, "sharedPvFetch");
  export_function<on_put>(exports, "sharedPvOnPut");
  export_function<on_rpc>(exports, "sharedPvOnRpc");
  export_function<on_first_connect>(exports, "sharedPvOnFirstConnect");
  export_function<on_last_disconnect>(exports, "sharedPvOnLastDisconnect");
}

}  // namespace node_pvxs
