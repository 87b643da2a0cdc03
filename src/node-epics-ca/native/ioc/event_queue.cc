#include "event_queue.h"

#include <utility>

#include "js_value.h"

namespace epics_ioc {
namespace {

Napi::Value toJs(Napi::Env env, const Event& event) {
  auto fields = Napi::Array::New(env, 6);
  std::uint32_t next = 0;
  const auto add = [&](Napi::Value value) { fields.Set(next++, value); };
  add(Napi::Number::New(env, static_cast<int>(event.kind)));
  switch (event.kind) {
    case Event::Kind::kWrite:
      add(Napi::Number::New(env, event.index));
      add(Napi::Number::New(env, event.flight));
      add(valueToJs(env, event.value));
      add(Napi::String::New(env, event.writer.user));
      add(Napi::String::New(env, event.writer.host));
      break;
    case Event::Kind::kCancel:
      add(Napi::Number::New(env, event.index));
      add(Napi::Number::New(env, event.flight));
      break;
    case Event::Kind::kPut:
      add(Napi::String::New(env, event.record));
      add(Napi::String::New(env, event.field));
      add(Napi::String::New(env, event.text));
      add(Napi::String::New(env, event.writer.user));
      add(Napi::String::New(env, event.writer.host));
      break;
  }
  return fields;
}

}  // namespace

void EventQueue::open(Napi::Env env, const Napi::Function& listener, std::size_t capacity) {
  const std::lock_guard<std::mutex> lock(mutex_);
  wake_ = Wake::New(env, listener, "epics_ioc", 0, 1, this);
  wake_.Unref(env);
  capacity_ = capacity;
  is_attached_ = true;
  takes_writes_ = true;
}

void EventQueue::close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  takes_writes_ = false;
}

void EventQueue::detach() {
  const std::lock_guard<std::mutex> lock(mutex_);
  takes_writes_ = false;
  events_.clear();
  if (!is_attached_) return;
  is_attached_ = false;
  wake_.Abort();
}

void EventQueue::abandon() {
  const std::lock_guard<std::mutex> lock(mutex_);
  takes_writes_ = false;
  is_attached_ = false;
}

EventQueue::Result EventQueue::push(Event&& event) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool is_write = event.kind == Event::Kind::kWrite;
  if (!is_attached_ || (is_write && !takes_writes_)) return Result::kClosed;
  std::size_t& queued = is_write ? queued_writes_ : queued_news_;
  if (event.kind != Event::Kind::kCancel && queued >= capacity_) {
    ++dropped_;
    return Result::kFull;
  }
  if (!is_wake_pending_) is_wake_pending_ = wake_.NonBlockingCall() == napi_ok;
  if (!is_wake_pending_) return Result::kClosed;
  events_.push_back(std::move(event));
  ++queued;
  return Result::kQueued;
}

std::size_t EventQueue::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return events_.size();
}

void EventQueue::deliver(Napi::Env env, Napi::Function listener, EventQueue* queue, void*) {
  std::deque<Event> batch;
  {
    const std::lock_guard<std::mutex> lock(queue->mutex_);
    queue->is_wake_pending_ = false;
    queue->queued_writes_ = queue->queued_news_ = 0;
    batch.swap(queue->events_);
  }
  if (static_cast<napi_env>(env) == nullptr || batch.empty()) return;
  const Napi::HandleScope scope(env);
  auto events = Napi::Array::New(env, batch.size());
  for (std::uint32_t i = 0; i < batch.size(); ++i) events.Set(i, toJs(env, batch[i]));
  listener.Call({events});
}

}  // namespace epics_ioc
