#pragma once

namespace epics_ioc {

/// Announce the device support entry tables that a .dbd file may name. Before registerAllRecordDeviceDrivers.
void registerDeviceSupport();

}  // namespace epics_ioc
