#pragma once

namespace epics_ioc {

/// Let a put over PVAccess that fails say why. QSRV answers "Error in dbNotify" whatever the reason; its
/// source of single records is wrapped, so that the client gets the whole reason that device support gave. A
/// put without processing to a record of ours is refused, because it would be shown and never carried out.
/// Everything else passes as it is.
///
/// After iocBuild, before iocRun. With pvxs older than 1.4, or another than it was compiled with, nothing is
/// wrapped, and the log says so.
void explainFailedPuts();

}  // namespace epics_ioc
