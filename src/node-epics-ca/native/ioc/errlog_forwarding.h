#pragma once

namespace epics_ioc {

/// Hand what EPICS logs to the listener of events instead of stderr, which may have no reader: errlog would
/// wait for one, and with it whoever flushes the log. When nobody listens any more it goes to stderr after
/// all.
void forwardErrlog();

}  // namespace epics_ioc
