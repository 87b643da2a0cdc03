// Puts with completion, which a database in this very process answers in its own way, and the end of
// channels.
#include <algorithm>
#include <utility>

#include "context.h"
#include "operation_id.h"

namespace ca_client {

void Context::ClearChannel(Channel& channel) {
  if (channel.handle == nullptr) return;
  for (const auto& subscription : channel.subscriptions) ca_clear_subscription(subscription->handle);
  channel.subscriptions.clear();
  channel.local_puts.clear();
  channel.ending_handle = std::exchange(channel.handle, nullptr);
  // libca doesn't wait for a callback thread that is just about to tell the end of a put.
  if (!channel.local_put_active) EndChannel(channel);
}

void Context::EndChannel(Channel& channel) {
  database_callbacks_.AwaitReturn();
  ca_clear_channel(channel.ending_handle);
  channel.ending_handle = nullptr;
  channels_.erase(std::find_if(channels_.begin(), channels_.end(),
                               [&channel](const auto& candidate) { return candidate.get() == &channel; }));
}

void Context::PutComplete(Request& request) {
  Channel& channel = *request.channel;
  int status = ECA_CHANDESTROY;
  if (channel.handle != nullptr) {
    if (channel.local) {
      if (channel.local_put_active) {
        channel.local_puts.push_back(std::move(request));
        return;
      }
      channel.local_put_active = true;
    }
    status = ca_array_put_callback(request.type, request.count, channel.handle, request.values.data(),
                                   &Context::OnPut, ToUser(request.operation_id));
  }
  if (status == ECA_NORMAL) return;
  channel.local_put_active = false;
  Post({EventKind::kPutDone, request.operation_id, status, nullptr, nullptr, {}});
}

void Context::NextLocalPut(Channel& channel) {
  channel.local_put_active = false;
  if (channel.ending_handle != nullptr) {
    EndChannel(channel);
    return;
  }
  while (!channel.local_puts.empty() && !channel.local_put_active) {
    Request next = std::move(channel.local_puts.front());
    channel.local_puts.pop_front();
    PutComplete(next);
  }
}

void Context::EndLocalPuts(bool wait) {
  std::unique_lock<std::mutex> lock(requests_mutex_);
  do {
    if (wait) requests_changed_.wait(lock, [this] { return !requests_.empty(); });
    const std::vector<Request> batch = std::exchange(requests_, {});
    lock.unlock();
    for (const Request& request : batch) {
      if (request.kind == RequestKind::kLocalPutDone) NextLocalPut(*request.channel);
    }
    lock.lock();
  } while (wait && !channels_.empty());
}

void Context::OnPut(event_handler_args args) {
  Channel& channel = *static_cast<Channel*>(ca_puser(args.chid));
  Context& context = channel.context;
  if (channel.local) {
    // What is done at once is told by the request thread itself, inside of its call.
    if (std::this_thread::get_id() != context.request_thread_) context.database_callbacks_.Enter();
    context.Enqueue({RequestKind::kLocalPutDone, channel.shared_from_this(), nullptr, 0, 0, 0, 0, {}});
  }
  context.Post({EventKind::kPutDone, FromUser(args.usr), args.status, nullptr, nullptr, {}});
}

}  // namespace ca_client
