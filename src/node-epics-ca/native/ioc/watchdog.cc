#define USE_TYPED_RSET
#include "watchdog.h"

#include <alarm.h>
#include <epicsTime.h>

#include <utility>

#include "device_record.h"
#include "ioc_state.h"
#include "log_line.h"
#include "write_flight.h"

namespace epics_ioc {
namespace {

/// Of which the limit is made up: how late a stop may be seen.
constexpr int kTurns = 8;
constexpr char kMessage[] = "no answer from JavaScript";

}  // namespace

void Watchdog::start(Napi::Env env, const Napi::Function& listener, Options options) {
  options_ = std::move(options);
  ask_ = Ask::New(env, listener, "epics_ioc watchdog", 0, 1, this);
  ask_.Unref(env);
  callbackSetCallback(
      [](epicsCallback* callback) {
        void* self = nullptr;
        callbackGetUser(self, callback);
        static_cast<Watchdog*>(self)->applyAlarm();
      },
      &alarm_callback_);
  callbackSetPriority(priorityHigh, &alarm_callback_);
  callbackSetUser(this, &alarm_callback_);
  // After the thread-safe function, so that this runs before Node deletes that.
  env.AddCleanupHook([this] { stop(); });
  thread_ = std::thread(&Watchdog::watch, this);
}

void Watchdog::stop() {
  if (!thread_.joinable()) return;
  endThread();
  ask_.Abort();
}

void Watchdog::abandon() {
  if (thread_.joinable()) endThread();
}

void Watchdog::endThread() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Watchdog::watch() {
  std::unique_lock<std::mutex> lock(mutex_);
  int turns = 0;
  while (!is_ending_) {
    if (!is_asked_) {
      turns = 0;
      asked_at_ = Clock::now();
      is_asked_ = ask_.NonBlockingCall() == napi_ok;
    }
    changed_.wait_for(lock, options_.limit / kTurns, [this] { return is_ending_; });
    if (is_ending_) return;
    if (is_asked_ && ++turns == kTurns) stall();
    if (is_alarm_due_) is_alarm_due_ = !requestAlarm();
  }
}

void Watchdog::stall() {
  ++stalls_;
  is_stalled_ = true;
  is_alarm_due_ = true;
  if (!options_.line.empty()) writeSoon(options_.descriptor, logLine(options_.line));
}

void Watchdog::answer(Napi::Env env, Napi::Function listener, Watchdog* self, void*) {
  double stalled_ms = 0;
  {
    const std::lock_guard<std::mutex> lock(self->mutex_);
    self->is_asked_ = false;
    if (!self->is_stalled_.exchange(false)) return;
    stalled_ms = std::chrono::duration<double, std::milli>(Clock::now() - self->asked_at_).count();
    self->is_alarm_due_ = !self->requestAlarm();
  }
  if (static_cast<napi_env>(env) != nullptr) listener.Call({Napi::Number::New(env, stalled_ms)});
}

bool Watchdog::requestAlarm() { return options_.device == nullptr || callbackRequest(&alarm_callback_) == 0; }

void Watchdog::applyAlarm() {
  DeviceRecord& device = *options_.device;
  const RecordLock lock(device.record);
  Post post;
  post.has_alarm = true;
  epicsTimeGetCurrent(&post.time);
  if (is_stalled_) {
    post.alarm.set(INVALID_ALARM, kMessage);
    post.alarm.status = TIMEOUT_ALARM;
  } else if (device.alarm.status != TIMEOUT_ALARM) {
    // JavaScript has posted since.
    return;
  }
  applyPost(device, post);
}

Napi::Value watch(const Napi::CallbackInfo& info) {
  auto& state = IocState::instance();
  const auto index = info[0].As<Napi::Number>().Int64Value();
  Watchdog::Options options;
  options.limit = std::chrono::milliseconds(info[1].As<Napi::Number>().Int64Value());
  options.device = index < 0 ? nullptr : &state.devices.at(static_cast<std::size_t>(index));
  options.line = info[2].As<Napi::String>();
  options.descriptor = info[3].As<Napi::Number>();
  state.watchdog.start(info.Env(), info[4].As<Napi::Function>(), std::move(options));
  return info.Env().Undefined();
}

}  // namespace epics_ioc
