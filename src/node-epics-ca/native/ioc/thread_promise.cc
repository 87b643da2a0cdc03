#include "thread_promise.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace epics_ioc {
namespace {

struct Task {
  Napi::Promise::Deferred deferred;
  WorkResult result;
};

void settle(Napi::Env env, Napi::Function, std::nullptr_t*, Task* task) {
  const std::unique_ptr<Task> owned(task);
  if (static_cast<napi_env>(env) == nullptr) return;
  const Napi::HandleScope scope(env);
  auto result = Napi::Object::New(env);
  result.Set("status", owned->result.status);
  result.Set("text", owned->result.text);
  owned->deferred.Resolve(result);
}

using Settle = Napi::TypedThreadSafeFunction<std::nullptr_t, Task, settle>;

}  // namespace

Napi::Promise runOnThread(Napi::Env env, bool keeps_process_alive, std::function<WorkResult()> work) {
  auto task = std::make_unique<Task>(Task{Napi::Promise::Deferred::New(env), {}});
  const Napi::Promise promise = task->deferred.Promise();
  Settle settle_later = Settle::New(env, "epics_ioc thread", 0, 1);
  if (!keeps_process_alive) settle_later.Unref(env);
  std::thread([task = task.release(), settle_later, work = std::move(work)]() mutable {
    try {
      task->result = work();
    } catch (const std::exception& error) {
      task->result = {-1, error.what()};
    }
    // Refused only when the environment is gone, and the promise with it.
    if (settle_later.NonBlockingCall(task) != napi_ok) delete task;
    settle_later.Release();
  }).detach();
  return promise;
}

}  // namespace epics_ioc
