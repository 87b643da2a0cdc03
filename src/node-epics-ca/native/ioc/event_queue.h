#pragma once

#include <napi.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "record_value.h"
#include "writer.h"

namespace epics_ioc {

/// Something that happened on a thread of EPICS and that JavaScript is to hear of.
struct Event {
  enum class Kind : std::uint8_t { kWrite, kCancel, kPut, kMessage };
  Kind kind = Kind::kWrite;
  std::uint32_t index = 0;   // record of kWrite and kCancel
  std::uint32_t flight = 0;  // serial number of the write
  RecordValue value;         // kWrite
  bool is_string = false;    // kWrite: put as an EPICS string to a record that holds more
  Writer writer;             // kWrite and kPut
  std::string record;        // kPut
  std::string field;         // kPut
  std::string text;          // value of kPut, what EPICS says of kMessage
  std::string refusal;       // kPut that was refused
};

/// The one hop from threads of EPICS to the JavaScript thread.
///
/// Rules: (1) nobody ever waits for JavaScript: a full or closed queue refuses; (2) a batch of events costs
/// one wake-up; (3) the thread-safe function is unreferenced, and given up in the environment's cleanup hook,
/// before Node deletes it.
class EventQueue {
 public:
  enum class Result : std::uint8_t { kQueued, kFull, kClosed };

  /// On the JavaScript thread: call `listener` for each event from now on. What it throws fails the write
  /// that it was called for, is logged by EPICS, and keeps it from no other event.
  void open(Napi::Env env, const Napi::Function& listener, std::size_t capacity);
  /// On the JavaScript thread: refuse writes from now on; the put log goes on.
  void close();
  /// On the JavaScript thread, last: JavaScript is going away.
  void detach();
  /// In C's exit(): refuse everything, and touch nothing of Node's.
  void abandon();

  /// From any thread. Writes, and what is only told, have room for `capacity` each, so that a log never keeps
  /// a write out. Cancels always find room: there is one at most for each write.
  Result push(Event&& event);

  std::size_t size() const;
  std::uint64_t dropped() const { return dropped_.load(); }

 private:
  static void deliver(Napi::Env env, Napi::Function listener, EventQueue* queue, void* data);
  using Wake = Napi::TypedThreadSafeFunction<EventQueue, void, deliver>;

  mutable std::mutex mutex_;
  std::deque<Event> events_;
  std::size_t capacity_ = 0;
  std::size_t queued_writes_ = 0;
  std::size_t queued_news_ = 0;
  bool is_attached_ = false;
  bool takes_writes_ = false;
  bool is_wake_pending_ = false;
  Wake wake_;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace epics_ioc
