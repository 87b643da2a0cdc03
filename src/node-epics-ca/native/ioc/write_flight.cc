#define USE_TYPED_RSET
#include "write_flight.h"

#include <alarm.h>
#include <dbAccess.h>
#include <dbChannel.h>
#include <dbNotify.h>
#include <epicsTime.h>
#include <recGbl.h>
#include <recSup.h>

#include <cstring>
#include <string>
#include <utility>

#include "busy_record.h"
#include "ioc_state.h"
#include "put_failure.h"
#include "writer_trap.h"

namespace epics_ioc {

void raiseAlarm(const DeviceRecord& device) {
  dbCommon* record = device.record;
  if (record->nsev == NO_ALARM) record->namsg[0] = '\0';
  if (device.alarm.severity == NO_ALARM) return;
  epicsEnum16 status = device.alarm.status;
  if (status == 0) status = isOutput(device.kind) ? WRITE_ALARM : READ_ALARM;
  const bool is_news = recGblSetSevr(record, status, device.alarm.severity);
  // The record itself found the same severity, without a word why.
  const bool is_unexplained = record->nsev == device.alarm.severity && record->namsg[0] == '\0';
  if (!is_news && !is_unexplained) return;
  static_assert(sizeof(record->namsg) == sizeof(device.alarm.message));
  std::memcpy(record->namsg, device.alarm.message, sizeof(record->namsg));
}

void stampNow(dbCommon* record) {
  if (record->tse == epicsTimeEventDeviceTime) epicsTimeGetCurrent(&record->time);
}

namespace {

/// wasProcessed of a put-notify that started a write. Its address alone doesn't tell: a client that leaves
/// gives it back, and the next to come gets it.
constexpr int kHasStarted = 2;

/// The put-notify that this very processing is for; not one that merely queues behind it.
processNotify* notifyOf(const DeviceRecord& device) {
  processNotify* notify = device.record->ppn;
  return notify != nullptr && notify->wasProcessed ? notify : nullptr;
}

/// A put with completion processes the record also when the record didn't take the value.
bool hasPutFailed(const DeviceRecord& device) {
  const processNotify* notify = notifyOf(device);
  return notify != nullptr && notify->wasProcessed != kHasStarted && notify->status == notifyError &&
         dbChannelRecord(notify->chan) == device.record;
}

void failNotify(const DeviceRecord& device, const std::string& reason) {
  processNotify* notify = notifyOf(device);
  if (notify == nullptr || notify == device.cancelled_by) return;
  notify->status = notifyError;
  explainFailure(*notify, reason);
}

long refuse(DeviceRecord& device, const char* reason) {
  ++IocState::instance().counters.writes_refused;
  device.alarm.set(INVALID_ALARM, reason);
  failNotify(device, reason);
  raiseAlarm(device);
  return -1;
}

void process(DeviceRecord& device) {
  device.posting = true;
  dbProcess(device.record);
  device.posting = false;
}

void finish(DeviceRecord& device, const WriteFailure* failure) {
  auto& counters = IocState::instance().counters;
  ++counters.writes_completed;
  device.alarm = DeviceAlarm{};
  if (failure != nullptr) {
    ++counters.writes_failed;
    device.alarm = failure->alarm;
    failNotify(device, failure->reason);
  }
  stampNow(device.record);
  // Base would process the put that waits on another thread, later: a post in between would overwrite its
  // value, and a queue of that thread could overflow.
  const bool is_put_waiting = std::exchange(device.record->rpro, 0) != 0;
  device.flight = device.kind == RecordKind::kBusy ? 0 : device.flight;
  device.posting = true;
  if (device.kind == RecordKind::kBusy) reinterpret_cast<BusyRecord*>(device.record)->val = 0;
  device.record->rset->process(device.record);
  device.posting = false;
  device.flight = 0;
  device.started_by = device.cancelled_by = nullptr;
  if (is_put_waiting) dbProcess(device.record);
  if (device.deferred == nullptr || device.record->pact) return;
  const auto post = std::move(device.deferred);
  applyPost(device, *post);
}

}  // namespace

long beginWrite(DeviceRecord& device) {
  if (hasPutFailed(device)) return refuse(device, "the record doesn't take this value");
  auto& state = IocState::instance();
  Event event;
  event.index = device.index;
  do event.flight = ++state.last_flight;
  while (event.flight == 0);
  event.value = loadValue(device);
  event.is_string = device.was_put_as_string;
  event.writer = writerOf(device);
  device.cancelled_by = nullptr;
  device.is_cancelling = false;
  device.started_by = notifyOf(device);
  if (device.started_by != nullptr) device.started_by->wasProcessed = kHasStarted;
  device.flight = event.flight;
  switch (state.events.push(std::move(event))) {
    case EventQueue::Result::kQueued:
      ++state.counters.writes_started;
      return 0;
    case EventQueue::Result::kFull:
      device.flight = 0;
      return refuse(device, "too many writes queued");
    case EventQueue::Result::kClosed:
      device.flight = 0;
      return refuse(device, "the IOC takes no more writes");
  }
  return -1;
}

void beginCancel(DeviceRecord& device) {
  processNotify* notify = notifyOf(device);
  if (notify != device.started_by || (notify != nullptr && notify->wasProcessed != kHasStarted))
    device.cancelled_by = notify;
  if (std::exchange(device.is_cancelling, true)) return;
  Event event;
  event.kind = Event::Kind::kCancel;
  event.index = device.index;
  event.flight = device.flight;
  IocState::instance().events.push(std::move(event));
  ++IocState::instance().counters.writes_cancelled;
}

void applyPost(DeviceRecord& device, const Post& post) {
  const bool is_busy_running = device.kind == RecordKind::kBusy && device.flight != 0;
  if (device.record->pact) {
    if (device.flight == 0) return;
    if (device.deferred == nullptr) device.deferred = std::make_unique<Post>();
    Post& waiting = *device.deferred;
    waiting.time = post.time;
    if (post.has_alarm) waiting.alarm = post.alarm;
    if (post.has_value) waiting.value = post.value;
    waiting.has_alarm |= post.has_alarm;
    waiting.has_value |= post.has_value;
    ++IocState::instance().counters.deferred_posts;
    return;
  }
  if (post.has_alarm) device.alarm = post.alarm;
  if (device.record->tse == epicsTimeEventDeviceTime) device.record->time = post.time;
  if (post.has_value && !is_busy_running) {
    storeValue(device, post.value);
    device.was_put_as_string = false;
  }
  process(device);
  storeStaged(device);
}

bool completeWrite(DeviceRecord& device, std::uint32_t flight, const WriteFailure* failure) {
  const RecordLock lock(device.record);
  if (device.flight != flight) return false;
  finish(device, failure);
  return true;
}

std::size_t failAllWrites(const WriteFailure& failure) {
  std::size_t failed = 0;
  for (DeviceRecord& device : IocState::instance().devices) {
    if (device.record == nullptr) continue;
    const RecordLock lock(device.record);
    if (device.flight == 0) continue;
    finish(device, &failure);
    ++failed;
  }
  return failed;
}

}  // namespace epics_ioc
