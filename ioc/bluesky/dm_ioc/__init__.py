"""APS Data Management by the PVs of dm-ioc."""
