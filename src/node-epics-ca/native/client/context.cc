#include "context.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace ca_client {
namespace {

// libca carries a pointer for us, and an id fits into it.
void* ToUser(double operation_id) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(operation_id));
}

}  // namespace

void Context::Submit(std::vector<Request>& requests) {
  {
    const std::lock_guard<std::mutex> lock(requests_mutex_);
    if (requests_.empty()) {
      requests_.swap(requests);
    } else {
      std::move(requests.begin(), requests.end(), std::back_inserter(requests_));
    }
  }
  requests.clear();
  requests_changed_.notify_one();
}

void Context::Enqueue(Request request) {
  {
    const std::lock_guard<std::mutex> lock(requests_mutex_);
    requests_.push_back(std::move(request));
  }
  requests_changed_.notify_one();
}

void Context::Close() {
  {
    const std::lock_guard<std::mutex> lock(requests_mutex_);
    closing_ = true;
  }
  requests_changed_.notify_one();
}

bool Context::WaitClosed(double timeout_seconds) {
  std::unique_lock<std::mutex> lock(requests_mutex_);
  return state_changed_.wait_for(lock, std::chrono::duration<double>(timeout_seconds),
                                 [this] { return closed_; });
}

void Context::Post(Event event) {
  {
    const std::lock_guard<std::mutex> lock(events_mutex_);
    events_.push_back(std::move(event));
  }
  waker_->Wake();
}

std::vector<Event> Context::TakeEvents() {
  const std::lock_guard<std::mutex> lock(events_mutex_);
  return std::exchange(events_, {});
}

void Context::Run(bool search_now) {
  try {
    CreateContext(search_now);
  } catch (const std::exception& error) {
    const std::lock_guard<std::mutex> lock(requests_mutex_);
    start_error_ = error.what();
  }
  std::vector<Request> batch;
  std::vector<Event> answers;
  std::unique_lock<std::mutex> lock(requests_mutex_);
  ready_ = true;
  const bool failed = !start_error_.empty();
  if (failed) Post({EventKind::kException, 0, ECA_INTERNAL, nullptr, nullptr, start_error_});
  state_changed_.notify_all();
  while (true) {
    requests_changed_.wait(lock, [this] { return closing_ || !requests_.empty(); });
    if (closing_ || failed) break;
    batch.swap(requests_);
    lock.unlock();
    for (Request& request : batch) Execute(request, answers);
    batch.clear();
    ca_flush_io();
    for (Event& answer : answers) Post(std::move(answer));
    answers.clear();
    lock.lock();
  }
  lock.unlock();
  if (!failed) DestroyContext();
  lock.lock();
  requests_.clear();
  closed_ = true;
  lock.unlock();
  Post({EventKind::kClosed, 0, ECA_NORMAL, nullptr, nullptr, {}});
  state_changed_.notify_all();
}

void Context::Execute(Request& request, std::vector<Event>& answers) {
  Channel& channel = *request.channel;
  int status = channel.handle == nullptr ? ECA_CHANDESTROY : ECA_NORMAL;
  switch (request.kind) {
    case RequestKind::kCreateChannel:
      CreateChannel(request.channel);
      return;
    case RequestKind::kClearChannel:
      ClearChannel(channel);
      return;
    case RequestKind::kLocalPutDone:
      NextLocalPut(channel);
      return;
    case RequestKind::kPutComplete:
      PutComplete(request);
      return;
    case RequestKind::kPut:
      if (status == ECA_NORMAL) {
        status = ca_array_put(request.type, request.count, channel.handle, request.values.data());
      }
      answers.push_back({EventKind::kPutDone, request.operation_id, status, nullptr, nullptr, {}});
      return;
    case RequestKind::kGet:
      if (status == ECA_NORMAL) {
        status = ca_array_get_callback(request.type, request.count, channel.handle, &Context::OnGet,
                                       ToUser(request.operation_id));
      }
      if (status != ECA_NORMAL) {
        Post({EventKind::kGetDone, request.operation_id, status, nullptr, nullptr, {}});
      }
      return;
    case RequestKind::kSubscribe:
      if (status == ECA_NORMAL) status = Subscribe(request);
      if (status != ECA_NORMAL) {
        Post({EventKind::kSubscriptionFailed, request.operation_id, status, nullptr, nullptr, {}});
      }
      return;
    case RequestKind::kUnsubscribe:
      Unsubscribe(request);
      return;
  }
}

void Context::CreateChannel(const std::shared_ptr<Channel>& channel) {
  const int status = ca_create_channel(channel->name.c_str(), &Context::OnConnection, channel.get(),
                                       CA_PRIORITY_DEFAULT, &channel->handle);
  if (status != ECA_NORMAL) {
    channel->handle = nullptr;
    Post({EventKind::kChannelFailed, channel->id, status, nullptr, nullptr, {}});
    return;
  }
  channels_.insert(channel);
  ca_replace_access_rights_event(channel->handle, &Context::OnAccessRights);
}

void Context::ClearChannel(Channel& channel) {
  if (channel.handle == nullptr) return;
  for (const auto& subscription : channel.subscriptions) ca_clear_subscription(subscription->handle);
  ca_clear_channel(channel.handle);
  channel.handle = nullptr;
  channel.local_puts.clear();
  channel.subscriptions.clear();
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
  while (!channel.local_puts.empty() && !channel.local_put_active) {
    Request next = std::move(channel.local_puts.front());
    channel.local_puts.pop_front();
    PutComplete(next);
  }
}

int Context::Subscribe(const Request& request) {
  const int status = ca_create_subscription(request.type, request.count, request.channel->handle,
                                            request.mask, &Subscription::OnUpdate, request.subscription.get(),
                                            &request.subscription->handle);
  if (status == ECA_NORMAL) request.channel->subscriptions.push_back(request.subscription);
  return status;
}

void Context::Unsubscribe(const Request& request) {
  auto& subscriptions = request.channel->subscriptions;
  const auto found = std::find(subscriptions.begin(), subscriptions.end(), request.subscription);
  if (found == subscriptions.end()) return;
  ca_clear_subscription(request.subscription->handle);
  subscriptions.erase(found);
}

}  // namespace ca_client
