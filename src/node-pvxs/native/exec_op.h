#pragma once

#include <napi.h>
#include <pvxs/server.h>
#include <pvxs/source.h>

#include <memory>
#include <mutex>
#include <string>

#include "environment.h"
#include "js_thread.h"

namespace node_pvxs {

// A put or RPC of a client, to be answered exactly once. pvxs leaves a client waiting when the operation is
// just dropped, so this never is: a second answer is refused, and whoever lets go of the last share of an
// unanswered one (garbage collection, a handler removed, the end of the environment) answers with an error.
class ExecOp : public Closable {
 public:
  static constexpr napi_type_tag kTag{0x1b7c5a9f3e2d4c02, 0x8a6f2b4d9c1e4e22};
  static constexpr const char* kName = "ExecOp";

  // On the pvxs worker, within the request's callback: only there is listening for cancellation free of
  // waiting.
  static std::shared_ptr<ExecOp> create(std::unique_ptr<pvxs::server::ExecOp>&& op);
  ~ExecOp() override { close(); }

  // Any thread. False when the operation has been answered or cancelled before.
  bool reply(const pvxs::Value& value);
  bool error(const std::string& message);
  void on_cancel(const std::shared_ptr<Callback>& callback);
  void close() noexcept override;

  // Immutable facts of the operation, valid also after the answer.
  const pvxs::server::ClientCredentials& credentials() const { return *credentials_; }
  const std::string& name() const { return name_; }
  const pvxs::Value& request() const { return request_; }
  pvxs::server::OpBase::op_t type() const { return type_; }

 private:
  explicit ExecOp(std::unique_ptr<pvxs::server::ExecOp>&& op);
  std::unique_ptr<pvxs::server::ExecOp> take();
  void cancelled();

  std::mutex mutex_;
  std::unique_ptr<pvxs::server::ExecOp> op_;
  std::shared_ptr<Callback> on_cancel_;
  bool cancelled_ = false;
  const std::shared_ptr<const pvxs::server::ClientCredentials> credentials_;
  const std::string name_;
  const pvxs::Value request_;
  const pvxs::server::OpBase::op_t type_;
};

void export_exec_op(Napi::Object exports);

}  // namespace node_pvxs
