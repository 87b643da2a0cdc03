#define USE_TYPED_DSET
#define USE_TYPED_RSET
#include "record_value.h"

#include <aaiRecord.h>
#include <aaoRecord.h>
#include <aiRecord.h>
#include <aoRecord.h>
#include <biRecord.h>
#include <boRecord.h>
#include <caeventmask.h>
#include <dbAccess.h>
#include <dbEvent.h>
#include <int64inRecord.h>
#include <int64outRecord.h>
#include <longinRecord.h>
#include <longoutRecord.h>
#include <lsiRecord.h>
#include <lsoRecord.h>
#include <mbbiRecord.h>
#include <mbboRecord.h>
#include <stringinRecord.h>
#include <stringoutRecord.h>
#include <waveformRecord.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "busy_record.h"
#include "device_record.h"

namespace epics_ioc {
namespace {

constexpr std::array<const char*, kRecordKinds> kNames = {
    "ai",       "ao",       "bi",        "bo",  "mbbi", "mbbo",     "longin", "longout", "int64in",
    "int64out", "stringin", "stringout", "lsi", "lso",  "waveform", "aai",    "aao",     "busy"};

template <typename Record>
Record* as(const DeviceRecord& device) {
  return reinterpret_cast<Record*>(device.record);
}

template <std::size_t Size>
void storeString(char (&field)[Size], const std::string& text) {
  const std::size_t length = std::min(text.size(), Size - 1);
  std::memcpy(field, text.data(), length);
  field[length] = '\0';
}

template <typename Record>
void storeLongString(Record* record, const std::string& text) {
  const std::size_t length = std::min<std::size_t>(text.size(), record->sizv - 1u);
  std::memcpy(record->val, text.data(), length);
  record->val[length] = '\0';
  record->len = static_cast<epicsUInt32>(length + 1);
}

template <typename Record>
void storeState(Record* record, double index) {
  record->val = static_cast<epicsEnum16>(index);
  const bool is_state = record->sdef && record->val < 16;
  record->rval = is_state ? (&record->zrvl)[record->val] << record->shft : record->val;
}

template <typename Record>
void storeArray(Record* record, const RecordValue& value) {
  const epicsUInt32 count = std::min<epicsUInt32>(value.elements, record->nelm);
  std::memcpy(record->bptr, value.bytes.data(), count * elementSize(value.element_type));
  if (record->nord == count) return;
  record->nord = count;
  db_post_events(record, &record->nord, DBE_VALUE | DBE_LOG);
}

template <typename Record>
RecordValue loadArray(const Record* record) {
  RecordValue value;
  value.type = RecordValue::Type::kArray;
  value.element_type = static_cast<short>(record->ftvl);
  value.elements = record->nord;
  value.bytes.assign(static_cast<const char*>(record->bptr), record->nord * elementSize(value.element_type));
  return value;
}

RecordValue loadText(const char* text, std::size_t capacity) {
  RecordValue value;
  value.type = RecordValue::Type::kText;
  value.bytes.assign(text, strnlen(text, capacity));
  return value;
}

RecordValue loadNumber(double number) {
  RecordValue value;
  value.number = number;
  return value;
}

RecordValue loadInteger(std::int64_t integer) {
  RecordValue value;
  value.type = RecordValue::Type::kInteger;
  value.integer = integer;
  return value;
}

}  // namespace

const char* recordTypeName(RecordKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<RecordKind> recordKindOf(std::string_view record_type) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (record_type == kNames[i]) return static_cast<RecordKind>(i);
  return std::nullopt;
}

bool isOutput(RecordKind kind) {
  switch (kind) {
    case RecordKind::kAo:
    case RecordKind::kBo:
    case RecordKind::kMbbo:
    case RecordKind::kLongout:
    case RecordKind::kInt64out:
    case RecordKind::kStringout:
    case RecordKind::kLso:
    case RecordKind::kAao:
    case RecordKind::kBusy:
      return true;
    default:
      return false;
  }
}

std::size_t elementSize(short element_type) {
  switch (element_type) {
    case DBF_STRING:
      return MAX_STRING_SIZE;
    case DBF_CHAR:
    case DBF_UCHAR:
      return 1;
    case DBF_SHORT:
    case DBF_USHORT:
    case DBF_ENUM:
      return 2;
    case DBF_LONG:
    case DBF_ULONG:
    case DBF_FLOAT:
      return 4;
    default:
      return 8;
  }
}

short arrayElementType(const DeviceRecord& device) {
  if (device.kind == RecordKind::kAai) return static_cast<short>(as<aaiRecord>(device)->ftvl);
  if (device.kind == RecordKind::kAao) return static_cast<short>(as<aaoRecord>(device)->ftvl);
  return static_cast<short>(as<waveformRecord>(device)->ftvl);
}

void storeValue(DeviceRecord& device, const RecordValue& value) {
  switch (device.kind) {
    case RecordKind::kAi:
      as<aiRecord>(device)->val = value.number;
      break;
    case RecordKind::kAo:
      as<aoRecord>(device)->val = value.number;
      break;
    case RecordKind::kBi:
      as<biRecord>(device)->val = value.number != 0;
      as<biRecord>(device)->rval = value.number != 0;
      break;
    case RecordKind::kBo:
      as<boRecord>(device)->val = value.number != 0;
      break;
    case RecordKind::kBusy:
      as<BusyRecord>(device)->val = value.number != 0;
      break;
    case RecordKind::kMbbi:
      storeState(as<mbbiRecord>(device), value.number);
      break;
    case RecordKind::kMbbo:
      as<mbboRecord>(device)->val = static_cast<epicsEnum16>(value.number);
      break;
    case RecordKind::kLongin:
      as<longinRecord>(device)->val = static_cast<epicsInt32>(value.number);
      break;
    case RecordKind::kLongout:
      as<longoutRecord>(device)->val = static_cast<epicsInt32>(value.number);
      break;
    case RecordKind::kInt64in:
      as<int64inRecord>(device)->val = value.integer;
      break;
    case RecordKind::kInt64out:
      as<int64outRecord>(device)->val = value.integer;
      break;
    case RecordKind::kStringin:
      storeString(as<stringinRecord>(device)->val, value.bytes);
      break;
    case RecordKind::kStringout:
      storeString(as<stringoutRecord>(device)->val, value.bytes);
      break;
    case RecordKind::kLsi:
      storeLongString(as<lsiRecord>(device), value.bytes);
      break;
    case RecordKind::kLso:
      storeLongString(as<lsoRecord>(device), value.bytes);
      break;
    case RecordKind::kWaveform:
    case RecordKind::kAai:
    case RecordKind::kAao:
      device.staged = &value;
      break;
  }
  device.record->udf = 0;
  device.is_defined = true;
}

void storeStaged(DeviceRecord& device) {
  const RecordValue* value = device.staged;
  if (value == nullptr) return;
  device.staged = nullptr;
  if (device.kind == RecordKind::kAai) {
    storeArray(as<aaiRecord>(device), *value);
  } else if (device.kind == RecordKind::kAao) {
    storeArray(as<aaoRecord>(device), *value);
  } else {
    auto* record = as<waveformRecord>(device);
    record->nord = std::min<epicsUInt32>(value->elements, record->nelm);
    std::memcpy(record->bptr, value->bytes.data(), record->nord * elementSize(value->element_type));
  }
}

RecordValue loadValue(const DeviceRecord& device) {
  switch (device.kind) {
    case RecordKind::kAi:
      return loadNumber(as<aiRecord>(device)->val);
    case RecordKind::kAo:
      return loadNumber(as<aoRecord>(device)->oval);
    case RecordKind::kBi:
      return loadNumber(as<biRecord>(device)->val != 0);
    case RecordKind::kBo:
      return loadNumber(as<boRecord>(device)->val);
    case RecordKind::kBusy:
      return loadNumber(as<BusyRecord>(device)->val != 0);
    case RecordKind::kMbbi:
      return loadNumber(as<mbbiRecord>(device)->val);
    case RecordKind::kMbbo:
      return loadNumber(as<mbboRecord>(device)->val);
    case RecordKind::kLongin:
      return loadNumber(as<longinRecord>(device)->val);
    case RecordKind::kLongout:
      return loadNumber(as<longoutRecord>(device)->val);
    case RecordKind::kInt64in:
      return loadInteger(as<int64inRecord>(device)->val);
    case RecordKind::kInt64out:
      return loadInteger(as<int64outRecord>(device)->val);
    case RecordKind::kStringin:
      return loadText(as<stringinRecord>(device)->val, MAX_STRING_SIZE);
    case RecordKind::kStringout:
      return loadText(as<stringoutRecord>(device)->val, MAX_STRING_SIZE);
    case RecordKind::kLsi:
      return loadText(as<lsiRecord>(device)->val, as<lsiRecord>(device)->sizv);
    case RecordKind::kLso:
      return loadText(as<lsoRecord>(device)->val, as<lsoRecord>(device)->sizv);
    case RecordKind::kWaveform:
      return loadArray(as<waveformRecord>(device));
    case RecordKind::kAai:
      return loadArray(as<aaiRecord>(device));
    case RecordKind::kAao:
      return loadArray(as<aaoRecord>(device));
  }
  return {};
}

}  // namespace epics_ioc
