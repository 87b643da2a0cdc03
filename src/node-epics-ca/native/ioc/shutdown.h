#pragma once

#include <mutex>
#include <string>

namespace epics_ioc {

/// Held while iocBuild or iocRun are at work on a thread of their own.
std::mutex& startMutex();

/// Answer the writes under way as failed for that reason, wait until the answers are out, and stop EPICS:
/// once a process, on a thread of its own, because whatever EPICS is at may hold it up. Waits for it at most
/// some seconds, also when another caller began it. From any thread but those of EPICS.
/// @returns whether EPICS has stopped
bool stopEpics(const std::string& reason);

/// Answer the writes under way because the process ends. May wait for a record that is being processed.
void failWritesAtExit();

}  // namespace epics_ioc
