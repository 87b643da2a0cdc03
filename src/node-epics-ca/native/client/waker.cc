#include "waker.h"

#include <stdexcept>

namespace ca_client {

Waker::Waker(napi_env env, Handler handler, void* context) : env_(env), handler_(handler), context_(context) {
  napi_value name;
  if (napi_create_string_utf8(env, "epics_ca_client", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this,
                                      &Waker::OnJavaScriptThread, &function_) != napi_ok) {
    throw std::runtime_error("the thread-safe function of the CA client can't be created");
  }
  napi_unref_threadsafe_function(env, function_);
}

void Waker::Wake() {
  if (pending_.exchange(true)) return;
  std::lock_guard<std::mutex> lock(mutex_);
  if (function_ != nullptr) napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
}

void Waker::SetReferenced(bool referenced) {
  if (function_ == nullptr) return;
  if (referenced) {
    napi_ref_threadsafe_function(env_, function_);
  } else {
    napi_unref_threadsafe_function(env_, function_);
  }
}

void Waker::Close() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (function_ == nullptr) return;
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
  function_ = nullptr;
}

void Waker::OnJavaScriptThread(napi_env env, napi_value, void* context, void*) {
  if (env == nullptr) return;  // the environment is going away
  auto* waker = static_cast<Waker*>(context);
  waker->pending_.store(false);
  waker->handler_(env, waker->context_);
}

}  // namespace ca_client
