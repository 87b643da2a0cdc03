#include "database_callbacks.h"

#include <callback.h>
#include <initHooks.h>

#include <atomic>
#include <chrono>

namespace ca_client {
namespace {

std::atomic<bool> database_ended{false};

void OnDatabaseState(initHookState state) {
  if (state == initHookAfterStopCallback) database_ended = true;
}

}  // namespace

/** One look of a callback thread at its queue. */
struct DatabaseCallbacks::Turn {
  explicit Turn(DatabaseCallbacks& callbacks) : owner(callbacks) {
    callbackSetCallback(&Turn::OnTaken, &request);
    callbackSetPriority(priorityLow, &request);  // as dbNotify.c
    callbackSetUser(this, &request);
  }

  static void OnTaken(epicsCallback* request) {
    void* user = nullptr;
    callbackGetUser(user, request);
    auto* turn = static_cast<Turn*>(user);
    const std::lock_guard<std::mutex> lock(turn->owner.mutex_);
    turn->owner.inside_.erase(std::this_thread::get_id());
    turn->is_taken = true;
    turn->owner.changed_.notify_all();
  }

  DatabaseCallbacks& owner;
  epicsCallback request{};
  bool is_taken = false;
};

DatabaseCallbacks::DatabaseCallbacks() {
  static const int registered = initHookRegister(&OnDatabaseState);
  static_cast<void>(registered);
}

void DatabaseCallbacks::Enter() {
  const std::lock_guard<std::mutex> lock(mutex_);
  inside_.insert(std::this_thread::get_id());
}

void DatabaseCallbacks::AwaitReturn() {
  using std::chrono_literals::operator""ms;
  std::unique_lock<std::mutex> lock(mutex_);
  // A database may have several callback threads: each has to take a turn of its own.
  while (!inside_.empty()) {
    Turn turn(*this);
    lock.unlock();
    const bool is_queued = callbackRequest(&turn.request) == 0;
    lock.lock();
    // Not queued: the queue is full for now. The end of the database is told to nobody who waits here.
    while (!turn.is_taken && !database_ended) {
      changed_.wait_for(lock, 10ms);
      if (!is_queued) break;
    }
    if (database_ended) inside_.clear();
  }
}

}  // namespace ca_client
