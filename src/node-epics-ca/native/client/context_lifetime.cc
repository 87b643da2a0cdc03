// Birth and death of a context.
#include <cstdlib>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "context.h"
#include "repeater.h"

namespace ca_client {
namespace {

/** Sets variables of the process's environment for as long as it lives. */
class ScopedEnvironment {
 public:
  explicit ScopedEnvironment(const Environment& environment) : lock_(Mutex()) {
    for (const auto& [name, value] : environment) {
      const char* before = std::getenv(name.c_str());
      before_[name] = before == nullptr ? std::nullopt : std::optional<std::string>(before);
      setenv(name.c_str(), value.c_str(), 1);
    }
  }
  ~ScopedEnvironment() {
    for (const auto& [name, value] : before_) {
      if (value) {
        setenv(name.c_str(), value->c_str(), 1);
      } else {
        unsetenv(name.c_str());
      }
    }
  }
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;

 private:
  static std::mutex& Mutex() {
    static std::mutex mutex;
    return mutex;
  }
  std::lock_guard<std::mutex> lock_;
  std::map<std::string, std::optional<std::string>> before_;
};

}  // namespace

void Context::Start(const Environment& environment) {
  const bool has_own_environment = !environment.empty();
  std::optional<ScopedEnvironment> scope;
  if (has_own_environment) scope.emplace(environment);
  // Detached: a thread that libca blocks must not keep the environment, or the process, from ending.
  std::thread([self = shared_from_this(), has_own_environment] { self->Run(has_own_environment); }).detach();
  if (!has_own_environment) return;
  std::unique_lock<std::mutex> lock(requests_mutex_);
  state_changed_.wait(lock, [this] { return ready_; });
  if (!start_error_.empty()) throw std::runtime_error(start_error_);
}

void Context::CreateContext(bool search_now) {
  EnsureRepeater();
  const int status = ca_context_create(ca_enable_preemptive_callback);
  if (status != ECA_NORMAL)
    throw std::runtime_error(std::string("libca can't create a context: ") + ca_message(status));
  ca_add_exception_event(&Context::OnException, this);
  if (!search_now) return;
  // The addresses to search are read when the first channel is made.
  chid first = nullptr;
  if (ca_create_channel("none", nullptr, nullptr, CA_PRIORITY_DEFAULT, &first) == ECA_NORMAL)
    ca_clear_channel(first);
}

void Context::DestroyContext() {
  EndLocalPuts(false);
  // In an IOC's process, libca requires that the channels go before their context.
  const std::set<std::shared_ptr<Channel>> channels = channels_;
  for (const auto& channel : channels) ClearChannel(*channel);
  if (!channels_.empty()) {
    // A record may never end a put. The context waits for it unseen.
    AnnounceClosed();
    EndLocalPuts(true);
  }
  ca_context_destroy();
}

}  // namespace ca_client
