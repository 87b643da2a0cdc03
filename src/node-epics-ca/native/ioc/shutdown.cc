#define USE_TYPED_RSET
#include "shutdown.h"

#include <alarm.h>
#include <callback.h>
#include <epicsEvent.h>
#include <epicsThread.h>
#include <iocInit.h>

#include <chrono>
#include <condition_variable>
#include <thread>

#include "write_flight.h"

namespace epics_ioc {
namespace {

/// How long EPICS may take to stop before the process goes on without.
constexpr std::chrono::seconds kStopLimit{4};

/// How long answers may take to leave: a put is answered by two threads in turn, then by a socket.
constexpr double kDrainSeconds = 0.1;

/// Wait until the callback threads have worked off what was queued before.
void drainCallbacks() {
  epicsEvent done;
  const auto signal = [](epicsCallback* callback) {
    void* user = nullptr;
    callbackGetUser(user, callback);
    static_cast<epicsEvent*>(user)->signal();
  };
  epicsCallback callback{};
  callbackSetCallback(signal, &callback);
  callbackSetPriority(priorityLow, &callback);
  callbackSetUser(&done, &callback);
  if (callbackRequest(&callback) == 0) done.wait();
}

void failWrites(const std::string& reason) { failAllWrites(WriteFailure(INVALID_ALARM, reason)); }

void stop(const std::string& reason) {
  const std::lock_guard<std::mutex> lock(startMutex());
  if (getIocState() == iocVoid) return;
  failWrites(reason);
  drainCallbacks();
  epicsThreadSleep(kDrainSeconds);
  iocShutdown();
}

/// Never destroyed: the thread may outlive everything else.
struct Progress {
  std::mutex mutex;
  std::condition_variable changed;
  bool has_begun = false;
  bool has_ended = false;

  static Progress& instance() {
    static auto* progress = new Progress();
    return *progress;
  }
};

}  // namespace

std::mutex& startMutex() {
  static auto* mutex = new std::mutex();
  return *mutex;
}

bool stopEpics(const std::string& reason) {
  auto& progress = Progress::instance();
  std::unique_lock<std::mutex> lock(progress.mutex);
  if (!progress.has_begun) {
    progress.has_begun = true;
    std::thread([reason, &progress] {
      stop(reason);
      const std::lock_guard<std::mutex> ended(progress.mutex);
      progress.has_ended = true;
      progress.changed.notify_all();
    }).detach();
  }
  return progress.changed.wait_for(lock, kStopLimit, [&] { return progress.has_ended; });
}

void failWritesAtExit() { failWrites("the application has ended"); }

}  // namespace epics_ioc
