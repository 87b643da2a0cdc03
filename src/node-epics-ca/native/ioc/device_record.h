#pragma once

#include <callback.h>
#include <dbCommon.h>

#include <cstdint>
#include <memory>
#include <string>

#include "record_value.h"

struct processNotify;

namespace epics_ioc {

/// Alarm that device support adds to what the record finds by itself: the worse of both wins.
struct DeviceAlarm {
  epicsEnum16 severity = 0;
  /// 0 for READ or WRITE, after the direction of the record.
  epicsEnum16 status = 0;
  char message[40] = "";

  void set(epicsEnum16 new_severity, const char* text);
};

/// Why a write has failed: the alarm, and the whole reason, of which the alarm's message is the beginning.
struct WriteFailure {
  DeviceAlarm alarm;
  std::string reason;

  WriteFailure(epicsEnum16 severity, std::string text);
};

/// What `Ioc.post` asks of one record.
struct Post {
  bool has_value = false;
  bool has_alarm = false;
  RecordValue value;
  DeviceAlarm alarm;
  epicsTimeStamp time{};
};

/// One record whose DTYP is the device type of the IOC. Lives as long as the process: EPICS never lets go of
/// a record after iocBuild. Everything below `record` is guarded by the record's lock set (dbScanLock).
struct DeviceRecord {
  std::uint32_t index = 0;
  RecordKind kind = RecordKind::kAi;
  std::string name;
  dbCommon* record = nullptr;

  /// Serial number of the write that the application works on, 0 for none.
  std::uint32_t flight = 0;
  /// What was put last came as an EPICS string, which holds 39 bytes, though the record holds more.
  bool was_put_as_string = false;
  /// The database or a post gave the record a value.
  bool is_defined = false;
  /// Set while the record is processed for a post or for the end of a busy operation: no handler is called.
  bool posting = false;
  /// The put-notify that started the write under way, if one did.
  processNotify* started_by = nullptr;
  /// The put-notify that asked a busy record to cancel: the failure of what it cancelled isn't its own.
  processNotify* cancelled_by = nullptr;
  /// The application was asked to give up the write under way: once is enough.
  bool is_cancelling = false;
  /// Busy records: looks whether what was put was also processed.
  epicsCallback put_check{};
  bool is_put_check_queued = false;
  DeviceAlarm alarm;
  /// Array value to be taken over by the next read or write of the record.
  const RecordValue* staged = nullptr;
  /// Post that arrived while the record was active.
  std::unique_ptr<Post> deferred;
};

/// Scoped dbScanLock.
class RecordLock {
 public:
  explicit RecordLock(dbCommon* record);
  ~RecordLock();
  RecordLock(const RecordLock&) = delete;
  RecordLock& operator=(const RecordLock&) = delete;

 private:
  dbCommon* record_;
};

}  // namespace epics_ioc
