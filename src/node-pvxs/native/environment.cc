#include "environment.h"

#include <algorithm>

namespace node_pvxs {

Environment& Environment::of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

void Environment::start(Napi::Env env) {
  auto* environment = new Environment(env);
  env.SetInstanceData(environment);
  env.AddCleanupHook([](Environment* data) { data->shutdown(); }, environment);
}

uint64_t Environment::add_function(const Napi::Function& function) {
  auto id = next_function_++;
  functions_.emplace(id, Napi::Persistent(function));
  return id;
}

Napi::Function Environment::function(uint64_t id) const {
  auto found = functions_.find(id);
  return found == functions_.end() ? Napi::Function() : found->second.Value();
}

void Environment::close_at_exit(const std::shared_ptr<Closable>& closable) {
  if (closables_.size() >= prune_at_) {
    closables_.erase(std::remove_if(closables_.begin(), closables_.end(),
                                    [](const std::weak_ptr<Closable>& weak) { return weak.expired(); }),
                     closables_.end());
    prune_at_ = std::max<size_t>(64, closables_.size() * 2);
  }
  closables_.push_back(closable);
}

void Environment::shutdown() noexcept {
  thread_->close();
  for (auto it = closables_.rbegin(); it != closables_.rend(); ++it) {
    if (auto closable = it->lock()) closable->close();
  }
  closables_.clear();
  functions_.clear();
}

}  // namespace node_pvxs
