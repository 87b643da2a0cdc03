#include "js_thread.h"

#include "environment.h"

namespace node_pvxs {

std::shared_ptr<JsThread> JsThread::create(Napi::Env env) {
  std::shared_ptr<JsThread> thread(new JsThread());
  // The context is a share of its own, freed when Node finalizes the function.
  auto* context = new std::shared_ptr<JsThread>(thread);
  napi_status status = napi_create_threadsafe_function(
      env, nullptr, nullptr, Napi::String::New(env, "node_pvxs"), 0, 1, context,
      [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<JsThread>*>(data); }, context,
      wake, &thread->function_);
  if (status != napi_ok) {
    delete context;
    throw Napi::Error::New(env, "node_pvxs can't create its thread-safe function");
  }
  napi_unref_threadsafe_function(env, thread->function_);
  return thread;
}

void JsThread::post(Task task) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (closed_) {
    lock.unlock();
    return;
  }
  tasks_.push_back(std::move(task));
  if (awake_) return;
  awake_ = napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking) == napi_ok;
}

void JsThread::wake(napi_env env, napi_value, void* context, void*) {
  if (env == nullptr) return;
  auto thread = *static_cast<std::shared_ptr<JsThread>*>(context);
  thread->drain(Napi::Env(env));
}

void JsThread::drain(Napi::Env env) {
  std::vector<Task> tasks;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    tasks.swap(tasks_);
    awake_ = false;
  }
  for (auto& task : tasks) {
    Napi::HandleScope scope(env);
    try {
      task(env);
    } catch (const Napi::Error& error) {
      napi_fatal_exception(env, error.Value());
    } catch (const std::exception& error) {
      napi_fatal_exception(env, Napi::Error::New(env, error.what()).Value());
    }
    task = nullptr;
  }
}

void JsThread::retain(Napi::Env env) {
  if (!closed_ && retained_++ == 0) napi_ref_threadsafe_function(env, function_);
}

void JsThread::release(Napi::Env env) {
  if (closed_ || retained_ == 0) return;
  retained_--;
  if (retained_ == 0) napi_unref_threadsafe_function(env, function_);
}

void JsThread::close() {
  std::vector<Task> dropped;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    closed_ = true;
    dropped.swap(tasks_);
  }
  dropped.clear();
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
}

std::shared_ptr<Callback> Callback::create(const Napi::Function& function) {
  auto& environment = Environment::of(function.Env());
  auto id = environment.add_function(function);
  return std::shared_ptr<Callback>(new Callback(environment.thread(), id));
}

Callback::~Callback() {
  thread_->post([id = id_](Napi::Env env) { Environment::of(env).remove_function(id); });
}

void Callback::post(Arguments arguments) const {
  thread_->post([id = id_, arguments = std::move(arguments)](Napi::Env env) {
    Napi::Function function = Environment::of(env).function(id);
    if (function.IsEmpty()) return;
    function.Call(arguments(env));
  });
}

}  // namespace node_pvxs
