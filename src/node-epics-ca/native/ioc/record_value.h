#pragma once

#include <dbCommon.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace epics_ioc {

struct DeviceRecord;

enum class RecordKind : std::uint8_t {
  kAi,
  kAo,
  kBi,
  kBo,
  kMbbi,
  kMbbo,
  kLongin,
  kLongout,
  kInt64in,
  kInt64out,
  kStringin,
  kStringout,
  kLsi,
  kLso,
  kWaveform,
  kAai,
  kAao,
  kBusy,
};
constexpr int kRecordKinds = 18;

/// Record type name of a kind, as in a .dbd file.
const char* recordTypeName(RecordKind kind);
std::optional<RecordKind> recordKindOf(std::string_view record_type);
bool isOutput(RecordKind kind);

/// A value on its way between JavaScript and a record.
struct RecordValue {
  enum class Type : std::uint8_t { kNumber, kInteger, kText, kArray };
  Type type = Type::kNumber;
  double number = 0;           // ai, ao, bi, bo, mbbi, mbbo, longin, longout, busy
  std::int64_t integer = 0;    // int64in, int64out
  std::string bytes;           // text of string records, elements of arrays
  short element_type = 0;      // DBF_ type of an array's elements
  std::uint32_t elements = 0;  // of an array
};

/// Put a value in the record's VAL. The caller holds the record's lock.
void storeValue(DeviceRecord& device, const RecordValue& value);

/// Take over the array that a post staged: the record posts the change of NORD only when it happens while it
/// reads.
void storeStaged(DeviceRecord& device);

/// The record's VAL (an ao's OVAL, that is after its rate limit). The caller holds the record's lock.
RecordValue loadValue(const DeviceRecord& device);

/// FTVL of a waveform, aai or aao. Constant after iocBuild.
short arrayElementType(const DeviceRecord& device);

/// Size in bytes of one element of a DBF_ type that an array record can hold.
std::size_t elementSize(short element_type);

}  // namespace epics_ioc
