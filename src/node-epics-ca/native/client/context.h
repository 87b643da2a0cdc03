#pragma once

#include <cadef.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "channel.h"
#include "database_callbacks.h"
#include "event.h"
#include "request.h"
#include "waker.h"

namespace ca_client {

using Environment = std::map<std::string, std::string>;

/**
 * A preemptive libca context with the one thread that calls into libca.
 *
 * libca blocks its callers: while a server takes no data, while callbacks run, and for a second put to a
 * record of this process. So neither JavaScript nor libuv call it; they queue requests, a batch a time. libca
 * calls back on its own threads, which copy what came into the event queue and never wait for JavaScript.
 */
class Context : public std::enable_shared_from_this<Context> {
 public:
  explicit Context(std::shared_ptr<Waker> waker) : waker_(std::move(waker)) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /**
   * Starts the request thread. Variables that are given are set while libca reads them, then restored; only
   * then this waits.
   * @throws std::runtime_error when libca can't create a context
   */
  void Start(const Environment& environment);
  void Submit(std::vector<Request>& requests);
  void Close();
  /** @return whether the context was destroyed in time */
  bool WaitClosed(double timeout_seconds);

  /** Any thread. */
  void Post(Event event);
  std::vector<Event> TakeEvents();

 private:
  void Run(bool search_now);
  void CreateContext(bool search_now);
  void DestroyContext();
  void Execute(Request& request, std::vector<Event>& answers);
  void CreateChannel(const std::shared_ptr<Channel>& channel);
  void AnnounceClosed();
  /** The channel takes no more requests. It ends at once, or after its put to a record of this process. */
  void ClearChannel(Channel& channel);
  void EndChannel(Channel& channel);
  void PutComplete(Request& request);
  void NextLocalPut(Channel& channel);
  /** While closing: handles the ends of local puts that wait here or, when told, all that channels wait for.
   */
  void EndLocalPuts(bool wait);
  int Subscribe(const Request& request);
  void Unsubscribe(const Request& request);
  void Enqueue(Request request);

  static void OnConnection(connection_handler_args args);
  static void OnAccessRights(access_rights_handler_args args);
  static void OnGet(event_handler_args args);
  static void OnPut(event_handler_args args);
  static void OnException(exception_handler_args args);

  const std::shared_ptr<Waker> waker_;

  std::mutex requests_mutex_;
  std::condition_variable requests_changed_;  // the request thread waits for it
  std::condition_variable state_changed_;     // ready_, closed_
  std::vector<Request> requests_;
  bool closing_ = false;
  bool closed_ = false;
  bool ready_ = false;
  std::string start_error_;

  std::mutex events_mutex_;
  std::vector<Event> events_;
  bool last_event_posted_ = false;

  std::set<std::shared_ptr<Channel>> channels_;  // request thread only
  std::thread::id request_thread_;
  DatabaseCallbacks database_callbacks_;
};

}  // namespace ca_client
