#include "context_binding.h"

#include <utility>

#include "js_values.h"

namespace ca_client {
namespace {

double Id(const Napi::Value& value) { return value.As<Napi::Number>().DoubleValue(); }
long Integer(const Napi::Value& value) { return static_cast<long>(value.As<Napi::Number>().Int64Value()); }
unsigned long Count(const Napi::Value& value) { return static_cast<unsigned long>(Integer(value)); }

Environment ToEnvironment(const Napi::Object& object) {
  Environment environment;
  const Napi::Array names = object.GetPropertyNames();
  for (std::uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = names.Get(i).As<Napi::String>();
    environment[name] = object.Get(name).As<Napi::String>();
  }
  return environment;
}

}  // namespace

Napi::Function ContextBinding::Define(Napi::Env env, EnvironmentState& state) {
  return DefineClass(
      env, "CaContext",
      {InstanceMethod<&ContextBinding::CreateChannel>("createChannel"),
       InstanceMethod<&ContextBinding::ClearChannel>("clearChannel"),
       InstanceMethod<&ContextBinding::Get>("get"), InstanceMethod<&ContextBinding::Put>("put"),
       InstanceMethod<&ContextBinding::Subscribe>("subscribe"),
       InstanceMethod<&ContextBinding::Unsubscribe>("unsubscribe"),
       InstanceMethod<&ContextBinding::TakeUpdates>("takeUpdates"),
       InstanceMethod<&ContextBinding::Squashed>("squashed"), InstanceMethod<&ContextBinding::Flush>("flush"),
       InstanceMethod<&ContextBinding::Close>("close"),
       InstanceMethod<&ContextBinding::SetReferenced>("setReferenced")},
      &state);
}

ContextBinding::ContextBinding(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<ContextBinding>(info),
      state_(*static_cast<EnvironmentState*>(info.Data())),
      context_(std::make_shared<Context>(state_.waker)),
      on_events_(Napi::Persistent(info[1].As<Napi::Function>())) {
  context_->Start(ToEnvironment(info[0].As<Napi::Object>()));
  state_.contexts.insert(this);
}

ContextBinding::~ContextBinding() {
  state_.contexts.erase(this);
  context_->Close();
}

std::shared_ptr<Channel> ContextBinding::FindChannel(const Napi::Value& id) const {
  const auto found = channels_.find(Id(id));
  if (found == channels_.end()) throw Napi::Error::New(Env(), "no channel has this id");
  return found->second;
}

void ContextBinding::CreateChannel(const Napi::CallbackInfo& info) {
  const double id = Id(info[0]);
  auto channel = std::make_shared<Channel>(*context_, id, info[1].As<Napi::String>().Utf8Value());
  channels_[id] = channel;
  batch_.push_back({RequestKind::kCreateChannel, std::move(channel), nullptr, 0, 0, 0, 0, {}});
}

void ContextBinding::ClearChannel(const Napi::CallbackInfo& info) {
  std::shared_ptr<Channel> channel = FindChannel(info[0]);
  channels_.erase(channel->id);
  batch_.push_back({RequestKind::kClearChannel, std::move(channel), nullptr, 0, 0, 0, 0, {}});
}

void ContextBinding::Get(const Napi::CallbackInfo& info) {
  batch_.push_back({RequestKind::kGet,
                    FindChannel(info[1]),
                    nullptr,
                    Id(info[0]),
                    Integer(info[2]),
                    Count(info[3]),
                    0,
                    {}});
}

void ContextBinding::Put(const Napi::CallbackInfo& info) {
  const long type = Integer(info[2]);
  const unsigned long count = Count(info[3]);
  const bool complete = info[5].As<Napi::Boolean>();
  batch_.push_back({complete ? RequestKind::kPutComplete : RequestKind::kPut, FindChannel(info[1]), nullptr,
                    Id(info[0]), type, count, 0, FromJsValue(info.Env(), info[4], type, count)});
}

void ContextBinding::Subscribe(const Napi::CallbackInfo& info) {
  const double id = Id(info[0]);
  std::shared_ptr<Channel> channel = FindChannel(info[1]);
  auto subscription = std::make_shared<Subscription>(*context_, id, static_cast<std::size_t>(Count(info[5])));
  subscriptions_[id] = {channel, subscription};
  batch_.push_back({RequestKind::kSubscribe,
                    std::move(channel),
                    std::move(subscription),
                    id,
                    Integer(info[2]),
                    Count(info[3]),
                    Integer(info[4]),
                    {}});
}

void ContextBinding::Unsubscribe(const Napi::CallbackInfo& info) {
  const auto found = subscriptions_.find(Id(info[0]));
  if (found == subscriptions_.end()) return;
  batch_.push_back({RequestKind::kUnsubscribe,
                    std::move(found->second.channel),
                    std::move(found->second.subscription),
                    0,
                    0,
                    0,
                    0,
                    {}});
  subscriptions_.erase(found);
}

Napi::Value ContextBinding::TakeUpdates(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto found = subscriptions_.find(Id(info[0]));
  if (found == subscriptions_.end()) return Napi::Array::New(env, 0);
  std::deque<Sample> updates = found->second.subscription->Take();
  const Napi::Array result = Napi::Array::New(env, updates.size() * kSampleFields);
  std::uint32_t index = 0;
  for (Sample& update : updates) index = AppendSample(env, result, index, update);
  return result;
}

Napi::Value ContextBinding::Squashed(const Napi::CallbackInfo& info) {
  const auto found = subscriptions_.find(Id(info[0]));
  return Napi::Number::New(info.Env(),
                           found == subscriptions_.end() ? 0 : found->second.subscription->squashed());
}

void ContextBinding::Flush(const Napi::CallbackInfo&) {
  if (!batch_.empty()) context_->Submit(batch_);
}

void ContextBinding::Close(const Napi::CallbackInfo&) {
  batch_.clear();
  subscriptions_.clear();
  channels_.clear();
  context_->Close();
}

void ContextBinding::SetReferenced(const Napi::CallbackInfo& info) {
  state_.waker->SetReferenced(info[0].As<Napi::Boolean>());
}

}  // namespace ca_client
