#define USE_TYPED_RSET
#include "static_database.h"

#include <dbAccess.h>
#include <dbStaticLib.h>

#include <cstring>
#include <string>

#include "ioc_state.h"

namespace epics_ioc {
namespace {

/// Scoped DBENTRY.
class Entry {
 public:
  Entry() { dbInitEntry(pdbbase, &entry_); }
  ~Entry() { dbFinishEntry(&entry_); }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  DBENTRY* get() { return &entry_; }

  /// Text of a field, blank when the record type has none of that name.
  std::string field(const char* name) {
    if (dbFindField(&entry_, name) != 0) return "";
    const char* text = dbGetString(&entry_);
    return text == nullptr ? "" : text;
  }

 private:
  DBENTRY entry_{};
};

constexpr const char* kStateFields[] = {"ZRST", "ONST", "TWST", "THST", "FRST", "FVST", "SXST", "SVST",
                                        "EIST", "NIST", "TEST", "ELST", "TVST", "TTST", "FTST", "FFST"};

Napi::Array statesOf(Napi::Env env, Entry& entry, RecordKind kind) {
  std::vector<std::string> states;
  switch (kind) {
    case RecordKind::kBi:
    case RecordKind::kBo:
    case RecordKind::kBusy:
      states = {entry.field("ZNAM"), entry.field("ONAM")};
      break;
    case RecordKind::kMbbi:
    case RecordKind::kMbbo:
      for (const char* name : kStateFields) states.push_back(entry.field(name));
      while (!states.empty() && states.back().empty()) states.pop_back();
      break;
    default:
      break;
  }
  auto array = Napi::Array::New(env, states.size());
  for (std::uint32_t i = 0; i < states.size(); ++i) array.Set(i, states[i]);
  return array;
}

double maxLengthOf(Entry& entry, RecordKind kind) {
  const char* field = nullptr;
  switch (kind) {
    case RecordKind::kStringin:
    case RecordKind::kStringout:
      return MAX_STRING_SIZE;
    case RecordKind::kLsi:
    case RecordKind::kLso:
      field = "SIZV";
      break;
    case RecordKind::kWaveform:
    case RecordKind::kAai:
    case RecordKind::kAao:
      field = "NELM";
      break;
    default:
      return 1;
  }
  const double length = std::strtod(entry.field(field).c_str(), nullptr);
  return length < 1 ? 1 : length;
}

Napi::Object infoOf(Napi::Env env, Entry& entry) {
  auto info = Napi::Object::New(env);
  for (long status = dbFirstInfo(entry.get()); status == 0; status = dbNextInfo(entry.get()))
    info.Set(dbGetInfoName(entry.get()), dbGetInfoString(entry.get()));
  return info;
}

Napi::Object describe(Napi::Env env, Entry& entry, const DeviceRecord& device) {
  const bool is_array = device.kind == RecordKind::kWaveform || device.kind == RecordKind::kAai ||
                        device.kind == RecordKind::kAao;
  auto record = Napi::Object::New(env);
  record.Set("index", device.index);
  record.Set("name", device.name);
  record.Set("type", recordTypeName(device.kind));
  record.Set("direction", isOutput(device.kind) ? "out" : "in");
  record.Set("address", entry.field(isOutput(device.kind) ? "OUT" : "INP"));
  record.Set("description", entry.field("DESC"));
  record.Set("units", entry.field("EGU"));
  record.Set("maxLength", maxLengthOf(entry, device.kind));
  record.Set("elementType", is_array ? Napi::Value(Napi::String::New(env, entry.field("FTVL"))) : env.Null());
  record.Set("states", statesOf(env, entry, device.kind));
  record.Set("info", infoOf(env, entry));
  return record;
}

bool isNumbered(const char* name) { return IocState::instance().by_name.count(name) != 0; }

DeviceRecord& number(const std::string& name, RecordKind kind) {
  auto& state = IocState::instance();
  DeviceRecord& device = state.devices.emplace_back();
  device.index = static_cast<std::uint32_t>(state.devices.size() - 1);
  device.kind = kind;
  device.name = name;
  state.by_name.emplace(name, &device);
  return device;
}

}  // namespace

Napi::Value listDeviceRecords(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string device_type = info[0].As<Napi::String>();
  auto records = Napi::Array::New(env);
  std::uint32_t count = 0;
  Entry entry;
  for (long type = dbFirstRecordType(entry.get()); type == 0; type = dbNextRecordType(entry.get())) {
    const auto kind = recordKindOf(dbGetRecordTypeName(entry.get()));
    if (!kind) continue;
    for (long status = dbFirstRecord(entry.get()); status == 0; status = dbNextRecord(entry.get())) {
      const char* name = dbGetRecordName(entry.get());
      if (dbIsAlias(entry.get()) || isNumbered(name) || entry.field("DTYP") != device_type) continue;
      const DeviceRecord& device = number(name, *kind);
      records.Set(count++, describe(env, entry, device));
    }
  }
  return records;
}

}  // namespace epics_ioc
