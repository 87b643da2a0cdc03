#include "context.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "operation_id.h"

namespace ca_client {
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
    if (last_event_posted_) return;
    last_event_posted_ = event.kind == EventKind::kClosed;
    events_.push_back(std::move(event));
  }
  waker_->Wake();
}

std::vector<Event> Context::TakeEvents() {
  const std::lock_guard<std::mutex> lock(events_mutex_);
  return std::exchange(events_, {});
}

void Context::Run(bool search_now) {
  request_thread_ = std::this_thread::get_id();
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
  AnnounceClosed();
}

void Context::AnnounceClosed() {
  {
    const std::lock_guard<std::mutex> lock(requests_mutex_);
    if (closed_) return;
    closed_ = true;
  }
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
