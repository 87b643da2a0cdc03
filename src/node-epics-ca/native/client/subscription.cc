#include "subscription.h"

#include <utility>

#include "context.h"

namespace ca_client {

void Subscription::OnUpdate(event_handler_args args) {
  auto* self = static_cast<Subscription*>(args.usr);
  if (args.status == ECA_NORMAL && args.dbr != nullptr) {
    self->Push(DecodeSample(args, ca_element_count(args.chid) > 1));
  } else if (args.status != ECA_DISCONN) {  // the channel tells of a lost connection
    self->context_.Post({EventKind::kSubscriptionFailed, self->id_, args.status, nullptr, nullptr, {}});
  }
}

void Subscription::Push(Sample sample) {
  bool announce;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (queue_.size() >= capacity_) {
      queue_.pop_front();
      ++squashed_;
    }
    queue_.push_back(std::move(sample));
    announce = !std::exchange(announced_, true);
  }
  if (announce) context_.Post({EventKind::kUpdatesWaiting, id_, ECA_NORMAL, nullptr, nullptr, {}});
}

std::deque<Sample> Subscription::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  announced_ = false;
  return std::exchange(queue_, {});
}

double Subscription::squashed() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return squashed_;
}

}  // namespace ca_client
