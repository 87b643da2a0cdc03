#pragma once

#include <cadef.h>

#include <deque>
#include <mutex>

#include "sample.h"

namespace ca_client {

class Context;

/** A monitor with its bounded queue: a full queue loses its oldest update, and counts it. */
class Subscription {
 public:
  Subscription(Context& context, double id, std::size_t capacity)
      : context_(context), id_(id), capacity_(capacity) {}

  /** libca's threads. */
  static void OnUpdate(event_handler_args args);
  /** JavaScript thread: takes what waits. The next update announces itself again. */
  std::deque<Sample> Take();
  double squashed();

  evid handle = nullptr;  // request thread only

 private:
  void Push(Sample sample);

  Context& context_;
  const double id_;
  const std::size_t capacity_;
  std::mutex mutex_;
  std::deque<Sample> queue_;
  bool announced_ = false;
  double squashed_ = 0;
};

}  // namespace ca_client
