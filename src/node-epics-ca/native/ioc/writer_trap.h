#pragma once

#include "writer.h"

namespace epics_ioc {

struct DeviceRecord;

/// Listen to the writes that access security traps. Once a process, before iocBuild.
void listenToWrites();

/// Tell the put log of a put that was refused before anything was written.
void reportRefusal(const std::string& channel, Writer writer, const std::string& reason);

/// Whether trapped writes are also reported as events (the put log).
void reportPuts(bool is_wanted);

/// Who made the put that the record is being processed for. The caller holds the record's lock.
Writer writerOf(const DeviceRecord& device);

}  // namespace epics_ioc
