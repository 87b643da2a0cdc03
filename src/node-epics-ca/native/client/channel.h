#pragma once

#include <cadef.h>

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "request.h"
#include "subscription.h"

namespace ca_client {

class Context;

/** A channel and what hangs on it. Besides the constants and `local`, only the request thread touches it. */
struct Channel : public std::enable_shared_from_this<Channel> {
  Channel(Context& owner, double channel_id, std::string channel_name)
      : context(owner), id(channel_id), name(std::move(channel_name)) {}

  Context& context;
  const double id;
  const std::string name;

  // Connected to a record of this very process, without network.
  std::atomic<bool> local{false};

  chid handle = nullptr;         // null before it is created and after it is cleared
  chid ending_handle = nullptr;  // cleared, and kept until a local put is done
  std::vector<std::shared_ptr<Subscription>> subscriptions;
  // While local: libca takes one put with completion at a time, and blocks its caller on the next.
  bool local_put_active = false;
  std::deque<Request> local_puts;
};

}  // namespace ca_client
