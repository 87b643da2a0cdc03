#pragma once

#include <napi.h>

#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "context.h"

namespace ca_client {

class ContextBinding;

/** What one Node environment (a process or a worker thread) has of this addon. */
class EnvironmentState {
 public:
  explicit EnvironmentState(napi_env env);
  ~EnvironmentState();
  EnvironmentState(const EnvironmentState&) = delete;
  EnvironmentState& operator=(const EnvironmentState&) = delete;

  const std::shared_ptr<Waker> waker;
  std::unordered_set<ContextBinding*> contexts;

 private:
  static void OnWake(napi_env env, void* state);
  static void OnEnvironmentEnd(void* state);
};

/**
 * class CaContext: requests in, events out; see client/native.ts.
 * Requests wait in a batch of this thread until flush().
 */
class ContextBinding : public Napi::ObjectWrap<ContextBinding> {
 public:
  static Napi::Function Define(Napi::Env env, EnvironmentState& state);

  explicit ContextBinding(const Napi::CallbackInfo& info);
  ~ContextBinding() override;

  /** Hands what happened to the handler given to the constructor. */
  void DeliverEvents();
  Context& context() { return *context_; }

 private:
  void CreateChannel(const Napi::CallbackInfo& info);
  void ClearChannel(const Napi::CallbackInfo& info);
  void Get(const Napi::CallbackInfo& info);
  void Put(const Napi::CallbackInfo& info);
  void Subscribe(const Napi::CallbackInfo& info);
  void Unsubscribe(const Napi::CallbackInfo& info);
  Napi::Value TakeUpdates(const Napi::CallbackInfo& info);
  Napi::Value Squashed(const Napi::CallbackInfo& info);
  void Flush(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);
  void SetReferenced(const Napi::CallbackInfo& info);

  struct ActiveSubscription {
    std::shared_ptr<Channel> channel;
    std::shared_ptr<Subscription> subscription;
  };

  std::shared_ptr<Channel> FindChannel(const Napi::Value& id) const;

  EnvironmentState& state_;
  std::shared_ptr<Context> context_;
  Napi::FunctionReference on_events_;
  std::unordered_map<double, std::shared_ptr<Channel>> channels_;
  std::unordered_map<double, ActiveSubscription> subscriptions_;
  std::vector<Request> batch_;
};

}  // namespace ca_client
