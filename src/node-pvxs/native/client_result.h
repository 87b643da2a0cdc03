#pragma once

#include <pvxs/client.h>

#include <atomic>
#include <exception>
#include <memory>
#include <string>

#include "js_thread.h"

namespace node_pvxs {

// The one result of a client operation on its way to a JavaScript callback (error, value, peer). pvxs drops a
// result callback uncalled when the operation is cancelled, or isn't ready when a put is asked for: the last
// owner of an unsettled result then reports PVA_CANCELLED.
class ClientResult {
 public:
  explicit ClientResult(std::shared_ptr<Callback> callback) : callback_(std::move(callback)) {}
  ~ClientResult();
  ClientResult(const ClientResult&) = delete;
  ClientResult& operator=(const ClientResult&) = delete;

  // Any thread; all but the first call do nothing.
  void complete(pvxs::client::Result&& result);
  void fail(const std::exception_ptr& exception);

 private:
  void post(const std::exception_ptr& exception, pvxs::Value value, std::string peer);

  std::shared_ptr<Callback> callback_;
  std::atomic<bool> settled_{false};
};

}  // namespace node_pvxs
