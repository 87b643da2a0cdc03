#pragma once

#include <string>

namespace epics_ioc {

/// A line of the log, where the caller left `{ms}` for milliseconds since the epoch, or `{local}` for
/// `YYYY-MM-DD HH:MM:SS` of local time.
std::string logLine(const std::string& pattern);

/// Write text to a file descriptor from a thread of its own, which may wait for a reader without harm. While
/// one waits, others are dropped.
void writeSoon(int descriptor, std::string text);

}  // namespace epics_ioc
