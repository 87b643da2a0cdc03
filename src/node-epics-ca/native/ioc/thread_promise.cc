#include "thread_promise.h"

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace epics_ioc {
namespace {

/// What the thread and the environment that awaits it share; whoever is last deletes it.
class Task : public std::enable_shared_from_this<Task> {
 public:
  Task(Napi::Env env, bool keeps_process_alive)
      : deferred_(Napi::Promise::Deferred::New(env)), settle_(Settle::New(env, "epics_ioc thread", 0, 1)) {
    if (!keeps_process_alive) settle_.Unref(env);
    // After the thread-safe function, so that this runs before Node deletes that.
    napi_add_env_cleanup_hook(env, detach, this);
  }

  Napi::Promise promise() const { return deferred_.Promise(); }

  /// On the thread: hand the result over, unless nobody is left to take it.
  void finish(WorkResult result) {
    result_ = std::move(result);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!is_attached_) return;
    auto* self = new std::shared_ptr<Task>(shared_from_this());
    if (settle_.NonBlockingCall(self) != napi_ok) delete self;
  }

 private:
  static void settle(Napi::Env env, Napi::Function, std::nullptr_t*, std::shared_ptr<Task>* data) {
    const std::unique_ptr<std::shared_ptr<Task>> owned(data);
    Task& task = **owned;
    if (static_cast<napi_env>(env) == nullptr) return;
    napi_remove_env_cleanup_hook(env, detach, &task);
    detach(&task);
    const Napi::HandleScope scope(env);
    auto result = Napi::Object::New(env);
    result.Set("status", task.result_.status);
    result.Set("text", task.result_.text);
    task.deferred_.Resolve(result);
  }
  using Settle = Napi::TypedThreadSafeFunction<std::nullptr_t, std::shared_ptr<Task>, settle>;

  /// On the JavaScript thread: give up the thread-safe function.
  static void detach(void* data) {
    auto* task = static_cast<Task*>(data);
    const std::lock_guard<std::mutex> lock(task->mutex_);
    task->is_attached_ = false;
    task->settle_.Abort();
  }

  Napi::Promise::Deferred deferred_;
  WorkResult result_;
  std::mutex mutex_;
  bool is_attached_ = true;
  Settle settle_;
};

}  // namespace

Napi::Promise runOnThread(Napi::Env env, bool keeps_process_alive, std::function<WorkResult()> work) {
  auto task = std::make_shared<Task>(env, keeps_process_alive);
  const Napi::Promise promise = task->promise();
  std::thread([task = std::move(task), work = std::move(work)] {
    try {
      task->finish(work());
    } catch (const std::exception& error) {
      task->finish({-1, error.what()});
    }
  }).detach();
  return promise;
}

}  // namespace epics_ioc
