#include "event_queue.h"

#include <alarm.h>
#include <errlog.h>

#include <utility>

#include "ioc_state.h"
#include "js_value.h"
#include "write_flight.h"

namespace epics_ioc {
namespace {

/// Calls the listener for the events of a batch. Most are by the writer of the one before: its strings are
/// made once.
class Caller {
 public:
  Caller(Napi::Env env, const Napi::Function& listener) : env_(env), listener_(listener) {}

  void call(const Event& event) {
    if (event.kind == Event::Kind::kWrite || event.kind == Event::Kind::kPut) useWriter(event.writer);
    const Napi::HandleScope scope(env_);
    const Napi::Value kind = number(static_cast<int>(event.kind));
    switch (event.kind) {
      case Event::Kind::kWrite:
        listener_.Call({kind, number(event.index), number(event.flight), valueToJs(env_, event.value), user_,
                        host_, Napi::Boolean::New(env_, event.is_string),
                        event.writer.request ? string(*event.writer.request) : env_.Undefined()});
        break;
      case Event::Kind::kCancel:
        listener_.Call({kind, number(event.index), number(event.flight)});
        break;
      case Event::Kind::kPut:
        listener_.Call({kind, string(event.record), string(event.field), string(event.text), user_, host_,
                        string(event.refusal)});
        break;
      case Event::Kind::kMessage:
        listener_.Call({kind, string(event.text)});
        break;
    }
  }

 private:
  Napi::Value number(double value) const { return Napi::Number::New(env_, value); }
  Napi::Value string(const std::string& text) const { return Napi::String::New(env_, text); }

  void useWriter(const Writer& writer) {
    if (writer_ != nullptr && writer_->user == writer.user && writer_->host == writer.host) return;
    writer_ = &writer;
    user_ = string(writer.user);
    host_ = string(writer.host);
  }

  const Napi::Env env_;
  const Napi::Function listener_;
  const Writer* writer_ = nullptr;
  Napi::Value user_;
  Napi::Value host_;
};

/// The listener threw instead of taking the event.
void fail(const Event& event, const std::string& reason) {
  if (event.kind == Event::Kind::kWrite) {
    const WriteFailure failure(INVALID_ALARM, reason);
    completeWrite(IocState::instance().devices[event.index], event.flight, &failure);
  }
  // A listener that can't take messages would hear of that without end.
  if (event.kind != Event::Kind::kMessage) errlogPrintf("the listener of events threw: %s\n", reason.c_str());
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
  Caller caller(env, listener);
  for (const Event& event : batch) {
    try {
      caller.call(event);
    } catch (const Napi::Error& error) {
      fail(event, error.Message());
    }
  }
}

}  // namespace epics_ioc
