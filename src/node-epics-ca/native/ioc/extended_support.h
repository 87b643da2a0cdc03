#pragma once

#include <dbCommon.h>

/// What base's record support doesn't do for our records. It is extended once for a record type, in iocBuild;
/// records of the type with other device support are served as before.
namespace epics_ioc {

/// Note with each put to a long string whether it came as an EPICS string, which a client may have cut.
void noteRequests(dbCommon* record);

/// Tell LOPR and HOPR as the control limits of a value, too, unless it has drive limits: those would cut what
/// is put, and the application refuses it instead.
void tellControlLimits(dbCommon* record);

}  // namespace epics_ioc
