#define USE_TYPED_RSET
#include "post.h"

#include <dbAccess.h>
#include <epicsTime.h>

#include <cmath>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "ioc_state.h"
#include "js_value.h"
#include "write_flight.h"

namespace epics_ioc {
namespace {

// Flags of an update, as PostPacker sets them.
constexpr unsigned kHasValue = 0x01;
constexpr unsigned kHasAlarm = 0x02;
constexpr unsigned kHasMessage = 0x04;
constexpr unsigned kSeverityShift = 4;
constexpr unsigned kSeverityMask = 0x03;
constexpr unsigned kStatusShift = 8;

epicsTimeStamp timeOf(double unix_ms) {
  epicsTimeStamp time{};
  if (std::isnan(unix_ms)) {
    epicsTimeGetCurrent(&time);
    return time;
  }
  const double seconds = std::floor(unix_ms / 1000);
  time.secPastEpoch = static_cast<epicsUInt32>(seconds - POSIX_TIME_AT_EPICS_EPOCH);
  time.nsec = static_cast<epicsUInt32>((unix_ms - seconds * 1000) * 1e6);
  return time;
}

DeviceRecord& deviceAt(Napi::Env env, std::uint32_t index) {
  auto& devices = IocState::instance().devices;
  if (index >= devices.size() || devices[index].record == nullptr)
    throw codedError(env, "IOC_STATE",
                     "record number " + std::to_string(index) + " isn't initialised: start the IOC first");
  return devices[index];
}

/// An int64 travels in the bits of the double.
void setNumber(RecordValue& value, RecordKind kind, double slot) {
  if (kind == RecordKind::kInt64in || kind == RecordKind::kInt64out) {
    value.type = RecordValue::Type::kInteger;
    std::memcpy(&value.integer, &slot, sizeof(slot));
  } else {
    value.type = RecordValue::Type::kNumber;
    value.number = slot;
  }
}

/// Reads the array of strings and arrays that goes with a batch, front to back.
class Rest {
 public:
  explicit Rest(const Napi::Array& array) : array_(array) {}
  Napi::Value next() { return array_.Get(position_++); }

 private:
  Napi::Array array_;
  std::uint32_t position_ = 0;
};

void setValue(RecordValue& value, const DeviceRecord& device, double slot, Rest& rest) {
  switch (device.kind) {
    case RecordKind::kStringin:
    case RecordKind::kStringout:
    case RecordKind::kLsi:
    case RecordKind::kLso:
      value.type = RecordValue::Type::kText;
      textFromJs(rest.next(), value.bytes);
      break;
    case RecordKind::kWaveform:
    case RecordKind::kAai:
    case RecordKind::kAao:
      arrayFromJs(rest.next(), arrayElementType(device), value);
      break;
    default:
      setNumber(value, device.kind, slot);
  }
}

/// Who posts without pause would keep a core for values that nobody gets: the threads that deliver them go
/// first.
void finishPost(std::uint64_t records) {
  auto& counters = IocState::instance().counters;
  ++counters.posts;
  counters.posted_records += records;
  std::this_thread::yield();
}

}  // namespace

Napi::Value post(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto count = info[0].As<Napi::Number>().Uint32Value();
  const auto indexes = info[1].As<Napi::Uint32Array>();
  const auto flags = info[2].As<Napi::Uint16Array>();
  const auto numbers = info[3].As<Napi::Float64Array>();
  const auto times = info[4].As<Napi::Float64Array>();
  Rest rest(info[5].As<Napi::Array>());
  const std::uint32_t* index = indexes.Data();
  const std::uint16_t* flag = flags.Data();
  const double* number = numbers.Data();
  const double* time = times.Data();
  const epicsTimeStamp now = timeOf(std::nan(""));
  Post update;
  std::string message;
  for (std::uint32_t i = 0; i < count; ++i) {
    DeviceRecord& device = deviceAt(env, index[i]);
    update.has_value = (flag[i] & kHasValue) != 0;
    update.has_alarm = (flag[i] & kHasAlarm) != 0;
    update.time = std::isnan(time[i]) ? now : timeOf(time[i]);
    if (update.has_value) setValue(update.value, device, number[i], rest);
    if (update.has_alarm) {
      message.clear();
      if ((flag[i] & kHasMessage) != 0) textFromJs(rest.next(), message);
      update.alarm.set(static_cast<epicsEnum16>((unsigned{flag[i]} >> kSeverityShift) & kSeverityMask),
                       message.c_str());
      update.alarm.status = static_cast<epicsEnum16>(unsigned{flag[i]} >> kStatusShift);
    }
    const RecordLock lock(device.record);
    applyPost(device, update);
  }
  finishPost(count);
  return env.Undefined();
}

Napi::Value postNumbers(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto indexes = info[0].As<Napi::Uint32Array>();
  const auto values = info[1].As<Napi::Float64Array>();
  const std::size_t count = indexes.ElementLength();
  const std::uint32_t* index = indexes.Data();
  const double* value = values.Data();
  Post update;
  update.has_value = true;
  update.time = timeOf(info[2].As<Napi::Number>().DoubleValue());
  for (std::size_t i = 0; i < count; ++i) {
    DeviceRecord& device = deviceAt(env, index[i]);
    setNumber(update.value, device.kind, value[i]);
    update.has_alarm = !isOutput(device.kind);
    const RecordLock lock(device.record);
    applyPost(device, update);
  }
  finishPost(count);
  return env.Undefined();
}

Napi::Value complete(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  DeviceRecord& device = deviceAt(env, info[0].As<Napi::Number>().Uint32Value());
  const auto flight = info[1].As<Napi::Number>().Uint32Value();
  const auto severity = static_cast<epicsEnum16>(info[2].As<Napi::Number>().Uint32Value());
  if (severity == 0) return Napi::Boolean::New(env, completeWrite(device, flight, nullptr));
  std::string message;
  textFromJs(info[3], message);
  const WriteFailure failure(severity, std::move(message));
  return Napi::Boolean::New(env, completeWrite(device, flight, &failure));
}

Napi::Value readRecord(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const DeviceRecord& device = deviceAt(env, info[0].As<Napi::Number>().Uint32Value());
  RecordValue value;
  {
    const RecordLock lock(device.record);
    value = loadValue(device);
  }
  return valueToJs(env, value);
}

}  // namespace epics_ioc
