#pragma once

#include <napi.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace node_pvxs {

// The one way from a pvxs worker to JavaScript. Its rules:
//  1. post() may be called on any thread and never waits: no worker ever waits for JavaScript, so JavaScript
//     may wait for a worker (pvxs's own close() and stop() do).
//  2. Tasks run in order, on the JavaScript thread. However many are queued, one wake-up is on its way.
//  3. The thread-safe function is unreferenced at creation: only retain() keeps the process running.
//  4. After close() a task is destroyed unrun, at once, on the posting thread. What a task owns must
//     therefore settle itself when destroyed (an unanswered request answers with an error).
//  5. Only close() releases the thread-safe function, from the environment's clean-up hook.
class JsThread {
 public:
  using Task = std::function<void(Napi::Env)>;

  static std::shared_ptr<JsThread> create(Napi::Env env);
  ~JsThread() = default;
  JsThread(const JsThread&) = delete;
  JsThread& operator=(const JsThread&) = delete;

  void post(Task task);

  // JavaScript thread only: count those who want the event loop to stay alive.
  void retain(Napi::Env env);
  void release(Napi::Env env);
  void close();

 private:
  JsThread() = default;
  static void wake(napi_env env, napi_value callback, void* context, void* data);
  void drain(Napi::Env env);

  std::mutex mutex_;
  std::vector<Task> tasks_;
  bool awake_ = false;
  bool closed_ = false;
  unsigned retained_ = 0;
  napi_threadsafe_function function_ = nullptr;
};

// A JavaScript function that any thread may ask to be called. The reference itself stays in the environment's
// table, on the JavaScript thread; the last owner of a Callback, wherever it lets go, has it removed.
class Callback {
 public:
  using Arguments = std::function<std::vector<napi_value>(Napi::Env)>;

  static std::shared_ptr<Callback> create(const Napi::Function& function);
  ~Callback();
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;

  // Any thread. The arguments are made on the JavaScript thread, just before the call.
  void post(Arguments arguments) const;

 private:
  Callback(std::shared_ptr<JsThread> thread, uint64_t id) : thread_(std::move(thread)), id_(id) {}

  std::shared_ptr<JsThread> thread_;
  uint64_t id_;
};

}  // namespace node_pvxs
