#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace ca_client {

/**
 * The threads of a database in this very process that are inside of libca.
 *
 * The end of a put to a record of this process is told by one of the database's callback threads. What it
 * called in libca goes on with the channel and the context after our function has returned, without holding
 * either (base, dbPutNotifyBlocker.cpp and dbNotify.c), so neither may be destroyed until the thread is back
 * at its queue.
 */
class DatabaseCallbacks {
 public:
  DatabaseCallbacks();

  /** A callback thread, in a function that libca called: it is inside from now on. */
  void Enter();
  /** Any other thread: waits until each thread that entered is back, or ended with its database. */
  void AwaitReturn();

 private:
  struct Turn;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::thread::id> inside_;
};

}  // namespace ca_client
