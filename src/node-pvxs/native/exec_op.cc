#include "exec_op.h"

#include <set>
#include <thread>
#include <utility>

#include "handle.h"
#include "value_handle.h"
#include "value_to_js.h"

namespace node_pvxs {

ExecOp::ExecOp(std::unique_ptr<pvxs::server::ExecOp>&& op)
    : op_(std::move(op)),
      credentials_(op_->credentials()),
      name_(op_->name()),
      request_(op_->pvRequest()),
      type_(op_->op()) {}

std::shared_ptr<ExecOp> ExecOp::create(std::unique_ptr<pvxs::server::ExecOp>&& op) {
  std::shared_ptr<ExecOp> result(new ExecOp(std::move(op)));
  std::weak_ptr<ExecOp> weak(result);
  result->op_->onCancel([weak]() {
    if (auto self = weak.lock()) self->cancelled();
  });
  return result;
}

std::unique_ptr<pvxs::server::ExecOp> ExecOp::take() {
  // The function that hears of a cancellation may well hold the operation's handle: break the circle.
  std::shared_ptr<Callback> unused;
  std::lock_guard<std::mutex> lock(mutex_);
  unused.swap(on_cancel_);
  return std::move(op_);
}

bool ExecOp::reply(const pvxs::Value& value) {
  auto op = take();
  if (!op) return false;
  if (value) {
    op->reply(value);
  } else {
    op->reply();
  }
  return true;
}

bool ExecOp::error(const std::string& message) {
  auto op = take();
  if (!op) return false;
  op->error(message.empty() ? "error without a message" : message);
  return true;
}

void ExecOp::close() noexcept {
  auto op = take();
  if (!op) return;
  try {
    op->error("PVA_CLOSED: the request was dropped by the server");
    // Waits for the worker, which so gets to write the answer before a server that is about to stop
    // disconnects.
    for (int turns = 0; turns < 3; turns++) op->onCancel(nullptr);
  } catch (const std::exception&) {
    // The server has gone, and with it the client's connection.
  }
}

void ExecOp::cancelled() {
  std::unique_ptr<pvxs::server::ExecOp> op;
  std::shared_ptr<Callback> callback;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!op_) return;
    op = std::move(op_);
    cancelled_ = true;
    callback = std::move(on_cancel_);
  }
  if (callback) callback->post([](Napi::Env) { return std::vector<napi_value>(); });
}

void ExecOp::on_cancel(const std::shared_ptr<Callback>& callback) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (op_) on_cancel_ = callback;
    if (!cancelled_) return;
  }
  callback->post([](Napi::Env) { return std::vector<napi_value>(); });
}

namespace {

// void ExecOp::reply(), void ExecOp::reply(const Value&)
// execOpReply(op: ExecOpHandle, value: ValueHandle | null): boolean
Napi::Value exec_op_reply(const Napi::CallbackInfo& info) {
  auto op = unwrap<ExecOp>(info[0]);
  pvxs::Value value;
  if (!info[1].IsNull()) value = unwrap_value(info[1]);
  // pvxs notices both on its worker, too late to tell anyone.
  if (value && op->type() == pvxs::server::OpBase::Put)
    throw PvaError("PVA_TYPE", "a put is answered without a value");
  if (value && value.type() != pvxs::TypeCode::Struct)
    throw PvaError("PVA_TYPE", "an answer must be a structure");
  return Napi::Boolean::New(info.Env(), op->reply(value));
}

// void ExecOp::error(const std::string&)
// execOpError(op: ExecOpHandle, message: string): boolean
Napi::Value exec_op_error(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), unwrap<ExecOp>(info[0])->error(info[1].ToString().Utf8Value()));
}

// void ExecOp::onCancel(std::function<void()>&&)
// execOpOnCancel(op: ExecOpHandle, callback: () => void): void
Napi::Value exec_op_on_cancel(const Napi::CallbackInfo& info) {
  unwrap<ExecOp>(info[0])->on_cancel(Callback::create(info[1].As<Napi::Function>()));
  return info.Env().Undefined();
}

// const std::shared_ptr<const ClientCredentials>& OpBase::credentials() const, OpBase::name(), OpBase::op()
// execOpInfo(op: ExecOpHandle): ExecOpInfo
Napi::Value exec_op_info(const Napi::CallbackInfo& info) {
  auto op = unwrap<ExecOp>(info[0]);
  auto env = info.Env();
  auto result = Napi::Object::New(env);
  result.Set("name", op->name());
  result.Set("op", op->type() == pvxs::server::OpBase::RPC ? "rpc" : "put");
  result.Set("peer", op->credentials().peer);
  result.Set("iface", op->credentials().iface);
  result.Set("method", op->credentials().method);
  result.Set("account", op->credentials().account);
  return result;
}

Napi::Array to_array(Napi::Env env, const std::set<std::string>& texts) {
  auto result = Napi::Array::New(env);
  for (const auto& text : texts) result.Set(result.Length(), text);
  return result;
}

// std::set<std::string> ClientCredentials::roles() const: asks the system's user database, which may be on
// another machine, so on a thread of its own
// execOpRoles(op: ExecOpHandle): Promise<string[]>
Napi::Value exec_op_roles(const Napi::CallbackInfo& info) {
  auto deferred = Napi::Promise::Deferred::New(info.Env());
  auto op = unwrap<ExecOp>(info[0]);
  auto thread = Environment::of(info.Env()).thread();
  std::thread([deferred, op, thread] {
    std::set<std::string> roles;
    try {
      roles = op->credentials().roles();
    } catch (const std::exception&) {
      // Nobody knows the account: it has none.
    }
    thread->post([deferred, roles](Napi::Env env) { deferred.Resolve(to_array(env, roles)); });
  }).detach();
  return deferred.Promise();
}

// const Value& ExecOp::pvRequest() const
// execOpRequest(op: ExecOpHandle): unknown
Napi::Value exec_op_request(const Napi::CallbackInfo& info) {
  return value_to_js(info.Env(), unwrap<ExecOp>(info[0])->request(), false);
}

}  // namespace

void export_exec_op(Napi::Object exports) {
  export_function<exec_op_reply>(exports, "execOpReply");
  export_function<exec_op_error>(exports, "execOpError");
  export_function<exec_op_on_cancel>(exports, "execOpOnCancel");
  export_function<exec_op_info>(exports, "execOpInfo");
  export_function<exec_op_roles>(exports, "execOpRoles");
  export_function<exec_op_request>(exports, "execOpRequest");
}

}  // namespace node_pvxs
