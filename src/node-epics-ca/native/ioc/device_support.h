#pragma once

namespace epics_ioc {

/// Announce the device support entry tables named in dm.dbd. Before registerAllRecordDeviceDrivers.
void registerDeviceSupport();

}  // namespace epics_ioc
