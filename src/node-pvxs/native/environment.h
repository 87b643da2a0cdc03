#pragma once

#include <napi.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "js_thread.h"

namespace node_pvxs {

// Something that must end before its environment does.
class Closable {
 public:
  virtual ~Closable() = default;
  virtual void close() noexcept = 0;
};

// Everything this addon keeps for one Node environment (the main thread or a worker); nothing is static.
// At the end of the environment, in this order: no more tasks reach JavaScript and queued ones are dropped
// (an unanswered request answers with an error), then what is still open is closed, newest first, then the
// references to JavaScript functions go.
class Environment {
 public:
  static Environment& of(Napi::Env env);
  static void start(Napi::Env env);

  explicit Environment(Napi::Env env) : thread_(JsThread::create(env)) {}

  const std::shared_ptr<JsThread>& thread() const { return thread_; }
  uint64_t add_function(const Napi::Function& function);
  Napi::Function function(uint64_t id) const;
  void remove_function(uint64_t id) { functions_.erase(id); }
  void close_at_exit(const std::shared_ptr<Closable>& closable);
  void shutdown() noexcept;

 private:
  std::shared_ptr<JsThread> thread_;
  std::unordered_map<uint64_t, Napi::FunctionReference> functions_;
  uint64_t next_function_ = 1;
  std::vector<std::weak_ptr<Closable>> closables_;
  size_t prune_at_ = 64;
};

}  // namespace node_pvxs
