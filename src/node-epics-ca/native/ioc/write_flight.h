#pragma once

#include "device_record.h"

namespace epics_ioc {

// The life of a write, from the put that starts it to its one completion, and of posts in between. Where
// nothing else is said the caller holds the record's lock.

/// Add the device's alarm to those of the record, with all 39 bytes of its message: recGblSetSevrMsg would
/// keep 38. A message that was raised twice in a row is left in NAMSG by recGblResetAlarms and would outlive
/// its alarm, so it is cleared first.
void raiseAlarm(const DeviceRecord& device);

/// Stamp a record whose time isn't taken from elsewhere.
void stampNow(dbCommon* record);

/// Hand the record's value to the application.
/// @returns 0 and sets `flight`, or negative when it was refused and the put has failed
long beginWrite(DeviceRecord& device);

/// Ask the application to give up the write under way.
void beginCancel(DeviceRecord& device);

/// Post to one record; deferred while it is active.
void applyPost(DeviceRecord& device, const Post& post);

/// End a write: exactly one call for each flight has an effect. Takes the record's lock.
/// @param failure nullptr for success
/// @returns false when that flight isn't (any more) under way
bool completeWrite(DeviceRecord& device, std::uint32_t flight, const WriteFailure* failure);

/// End every write under way with that failure. For shutdown. Takes each record's lock.
/// @returns how many there were
std::size_t failAllWrites(const WriteFailure& failure);

}  // namespace epics_ioc
