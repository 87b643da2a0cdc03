#pragma once

// For onInit and reExecPut: a put is built in JavaScript, on its own thread. Must precede all headers of
// pvxs.
#define PVXS_ENABLE_EXPERT_API

#include <napi.h>
#include <pvxs/client.h>

#include <memory>
#include <mutex>
#include <string>

#include "environment.h"
#include "handle.h"

namespace node_pvxs {

// A pvxs client held by JavaScript.
class ContextHandle : public Closable {
 public:
  static constexpr napi_type_tag kTag{0x3e9d8c7b6a5f4e05, 0xd7e6f5a4b3c24155};
  static constexpr const char* kName = "Context";

  explicit ContextHandle(const pvxs::client::Context& context) : context_(context) {}

  // Throws PVA_CLOSED after close().
  pvxs::client::Context& get();
  // Waits for the client's workers.
  void close() noexcept override;

 private:
  pvxs::client::Context context_;
};

// A client's operation under way. All are made with syncCancel(false): dropping one never waits.
class OperationHandle : public Closable {
 public:
  static constexpr napi_type_tag kTag{0x4fae9d8c7b6a4f06, 0xe8f7a6b5c4d34266};
  static constexpr const char* kName = "Operation";

  void set(std::shared_ptr<pvxs::client::Operation> operation);
  // Keeps the channel's state with the operation.
  void set(std::shared_ptr<pvxs::client::Connect> connect);
  std::shared_ptr<pvxs::client::Operation> get();
  void close() noexcept override;

 private:
  std::mutex mutex_;
  bool closed_ = false;
  std::shared_ptr<pvxs::client::Operation> operation_;
  std::shared_ptr<pvxs::client::Connect> connect_;
};

// Options that every operation has: { request: string | null, server: string | null }.
struct OperationOptions {
  std::string request;
  std::string server;

  template <class Builder>
  void apply(Builder& builder) const {
    builder.syncCancel(false);
    if (!request.empty()) builder.pvRequest(request);
    if (!server.empty()) builder.server(server);
  }
};

OperationOptions operation_options(const Napi::Value& value);

void export_context(Napi::Object exports);
void export_operation(Napi::Object exports);
void export_subscription(Napi::Object exports);

}  // namespace node_pvxs
