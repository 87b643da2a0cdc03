#include "client.h"
#include "value_handle.h"

namespace node_pvxs {

namespace {

using pvxs::client::Subscription;

struct SubscriptionHandle : public Closable {
  static constexpr napi_type_tag kTag{0x5abf8e7d6c5b4a07, 0xf9a8b7c6d5e44377};
  static constexpr const char* kName = "Subscription";

  explicit SubscriptionHandle(std::shared_ptr<Subscription> sub) : subscription(std::move(sub)) {}

  Subscription& get() const {
    if (!subscription) throw PvaError("PVA_CLOSED", "the subscription has been cancelled");
    return *subscription;
  }
  void close() noexcept override { subscription.reset(); }

  std::shared_ptr<Subscription> subscription;
};

// MonitorBuilder Context::monitor(const std::string& pvname)
// contextMonitor(context: ContextHandle, name: string, options: OperationOptions, event: () => void):
//     SubscriptionHandle
Napi::Value monitor(const Napi::CallbackInfo& info) {
  auto builder = unwrap<ContextHandle>(info[0])->get().monitor(info[1].As<Napi::String>().Utf8Value());
  operation_options(info[2]).apply(builder);
  auto callback = Callback::create(info[3].As<Napi::Function>());
  builder.maskConnected(false).maskDisconnected(false).event(
      [callback](Subscription&) { callback->post([](Napi::Env) { return std::vector<napi_value>(); }); });
  auto handle = std::make_shared<SubscriptionHandle>(builder.exec());
  Environment::of(info.Env()).close_at_exit(handle);
  return wrap(info.Env(), handle);
}

// False when the queue is empty.
bool pop_event(Napi::Env env, Subscription& subscription, Napi::Object event) {
  try {
    auto value = subscription.pop();
    if (!value) return false;
    event.Set("type", "data");
    event.Set("value", wrap_content(env, std::move(value)));
  } catch (const pvxs::client::Connected& connected) {
    event.Set("type", "connected");
    event.Set("peer", connected.peerName);
  } catch (const pvxs::client::Finished&) {
    event.Set("type", "finished");
  } catch (const pvxs::client::Disconnect&) {
    event.Set("type", "disconnected");
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    event.Set("type", "error");
    event.Set("error", to_js_error(env, std::current_exception()).Value());
  }
  return true;
}

// Value Subscription::pop()
// subscriptionPop(subscription: SubscriptionHandle, limit: number): SubscriptionEvent[]
Napi::Value pop(const Napi::CallbackInfo& info) {
  auto env = info.Env();
  auto handle = unwrap<SubscriptionHandle>(info[0]);
  uint32_t limit = info[1].As<Napi::Number>();
  auto events = Napi::Array::New(env);
  for (uint32_t count = 0; count < limit; count++) {
    auto event = Napi::Object::New(env);
    if (!pop_event(env, handle->get(), event)) break;
    events.Set(count, event);
  }
  return events;
}

// Value Subscription::pop(), until the queue is empty
// subscriptionSkim(subscription: SubscriptionHandle): { count: number; last: ValueHandle | null }
Napi::Value skim(const Napi::CallbackInfo& info) {
  auto env = info.Env();
  auto handle = unwrap<SubscriptionHandle>(info[0]);
  pvxs::Value last;
  uint32_t count = 0;
  for (;;) {
    try {
      auto value = handle->get().pop();
      if (!value) break;
      last = std::move(value);
      count++;
    } catch (const pvxs::client::Connected&) {
    } catch (const pvxs::client::Disconnect&) {
    }
  }
  auto result = Napi::Object::New(env);
  result.Set("count", count);
  result.Set("last", last ? wrap_content(env, last) : env.Null());
  return result;
}

// void Subscription::stats(SubscriptionStat&, bool reset)
// subscriptionStat(subscription: SubscriptionHandle, reset: boolean): SubscriptionStat
Napi::Value stat(const Napi::CallbackInfo& info) {
  pvxs::client::SubscriptionStat stat;
  unwrap<SubscriptionHandle>(info[0])->get().stats(stat, info[1].ToBoolean());
  auto result = Napi::Object::New(info.Env());
  auto set = [&](const char* name, size_t number) {
    result.Set(name, Napi::Number::New(info.Env(), static_cast<double>(number)));
  };
  set("nQueue", stat.nQueue);
  set("nSrvSquash", stat.nSrvSquash);
  set("nCliSquash", stat.nCliSquash);
  set("maxQueue", stat.maxQueue);
  set("limitQueue", stat.limitQueue);
  return result;
}

// void Subscription::pause(bool)
// subscriptionPause(subscription: SubscriptionHandle, paused: boolean): void
Napi::Value pause(const Napi::CallbackInfo& info) {
  unwrap<SubscriptionHandle>(info[0])->get().pause(info[1].ToBoolean());
  return info.Env().Undefined();
}

// Subscription::~Subscription(), which cancels
// subscriptionCancel(subscription: SubscriptionHandle): void
Napi::Value cancel(const Napi::CallbackInfo& info) {
  unwrap<SubscriptionHandle>(info[0])->close();
  return info.Env().Undefined();
}

}  // namespace

void export_subscription(Napi::Object exports) {
  export_function<monitor>(exports, "contextMonitor");
  export_function<pop>(exports, "subscriptionPop");
  export_function<skim>(exports, "subscriptionSkim");
  export_function<stat>(exports, "subscriptionStat");
  export_function<pause>(exports, "subscriptionPause");
  export_function<cancel>(exports, "subscriptionCancel");
}

}  // namespace node_pvxs
