#pragma once

#include <callback.h>
#include <napi.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace epics_ioc {

struct DeviceRecord;

/// A thread that asks the JavaScript thread to answer, and sees when it doesn't: by then no timer and no
/// handler of JavaScript runs. It counts its own turns, not the clock, so that a process that was suspended
/// as a whole isn't taken for one that hangs. The thread never waits for a lock of EPICS: alarms are raised
/// by a callback thread.
class Watchdog {
 public:
  struct Options {
    std::chrono::milliseconds limit;
    /// What shows it, with severity INVALID and status TIMEOUT; may be nullptr.
    DeviceRecord* device = nullptr;
    /// What is written when it stops, and where; see logLine(). Nothing when it is blank.
    std::string line;
    int descriptor = 2;
  };

  /// On the JavaScript thread, once: watch from now on, and call `listener` with the milliseconds that a stop
  /// took, when it is over.
  void start(Napi::Env env, const Napi::Function& listener, Options options);
  /// On the JavaScript thread, before the environment ends: never asks or tells again.
  void stop();
  /// In C's exit(): the same, and touches nothing of Node's.
  void abandon();

  /// How often JavaScript has stopped.
  std::uint64_t stalls() const { return stalls_.load(); }

 private:
  using Clock = std::chrono::steady_clock;

  void watch();
  void stall();
  void endThread();
  /// Have the alarm brought in line with `is_stalled_`; false when EPICS can't take it now.
  bool requestAlarm();
  void applyAlarm();
  static void answer(Napi::Env env, Napi::Function listener, Watchdog* self, void* data);
  using Ask = Napi::TypedThreadSafeFunction<Watchdog, void, answer>;

  Options options_{};
  std::thread thread_;
  Ask ask_;
  epicsCallback alarm_callback_{};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_ending_ = false;
  bool is_asked_ = false;
  bool is_alarm_due_ = false;
  Clock::time_point asked_at_;
  std::atomic<bool> is_stalled_{false};
  std::atomic<std::uint64_t> stalls_{0};
};

/// watch(record: index or -1, limitMs, line, descriptor, listener: (stalledMs) => void)
Napi::Value watch(const Napi::CallbackInfo& info);

}  // namespace epics_ioc
