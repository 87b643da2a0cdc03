#pragma once

#include <node_api.h>

#include <atomic>
#include <mutex>

namespace ca_client {

/**
 * The one hop from libca's threads to JavaScript: an unreferenced thread-safe function per Node environment.
 * Any number of wake-ups before JavaScript runs are one call. Nobody ever waits for it.
 */
class Waker {
 public:
  using Handler = void (*)(napi_env env, void* context);

  /** JavaScript thread only. `handler` runs there, in a callback scope. */
  Waker(napi_env env, Handler handler, void* context);
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  /** Any thread. */
  void Wake();
  /** JavaScript thread only: keep the event loop alive, or no longer. */
  void SetReferenced(bool referenced);
  /** JavaScript thread only, before the environment ends. Later wake-ups do nothing. */
  void Close();

 private:
  static void OnJavaScriptThread(napi_env env, napi_value callback, void* context, void* data);

  napi_env env_;
  Handler handler_;
  void* context_;
  std::atomic<bool> pending_{false};
  std::mutex mutex_;
  napi_threadsafe_function function_ = nullptr;
};

}  // namespace ca_client
