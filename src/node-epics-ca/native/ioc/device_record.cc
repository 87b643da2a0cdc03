#include "device_record.h"

#include <dbAccess.h>

#include <cstring>
#include <utility>

namespace epics_ioc {

RecordLock::RecordLock(dbCommon* record) : record_(record) { dbScanLock(record_); }
RecordLock::~RecordLock() { dbScanUnlock(record_); }

namespace {

/// Whether the byte continues a character of UTF-8.
bool isContinuation(char byte) { return (static_cast<unsigned>(byte) & 0xC0U) == 0x80U; }

}  // namespace

/// Keeps the first 39 bytes, without cutting a UTF-8 character in two.
void DeviceAlarm::set(epicsEnum16 new_severity, const char* text) {
  severity = new_severity;
  status = 0;
  std::size_t length = strnlen(text, sizeof(message));
  if (length == sizeof(message)) {
    --length;
    while (length > 0 && isContinuation(text[length])) --length;
  }
  std::memcpy(message, text, length);
  message[length] = '\0';
}

WriteFailure::WriteFailure(epicsEnum16 severity, std::string text) : reason(std::move(text)) {
  alarm.set(severity, reason.c_str());
}

}  // namespace epics_ioc
