#pragma once

#include <string>

struct processNotify;

namespace epics_ioc {

// A put with completion ends with a status without text. The text that goes with it is kept here, from the
// failure until the server's own callback answers the client: a failure that comes later, of another put,
// can't take its place.

/// Keep the reason why this put has failed for the server that answers it. The caller holds the lock of a
/// record that the put processes, and has set the put's status.
void explainFailure(processNotify& notify, const std::string& reason);

/// Why the put has failed that a server is answering on this thread; nullptr when it has not, or nobody said
/// why.
const std::string* failureBeingAnswered();

}  // namespace epics_ioc
