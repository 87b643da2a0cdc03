#include "put_failure.h"

#include <dbNotify.h>

#include <mutex>
#include <unordered_map>
#include <utility>

namespace epics_ioc {
namespace {

/// What the server asked to be called with, and what it is to find out then.
struct Failure {
  void (*answer)(processNotify*) = nullptr;
  std::string reason;
};

/// One whose client leaves in between stays until a put at the same address fails.
struct Failures {
  std::mutex mutex;
  std::unordered_map<const processNotify*, Failure> by_put;

  static Failures& instance() {
    static auto* failures = new Failures();
    return *failures;
  }
};

thread_local const std::string* being_answered = nullptr;

Failure take(const processNotify* notify) {
  auto& failures = Failures::instance();
  const std::lock_guard<std::mutex> lock(failures.mutex);
  const auto found = failures.by_put.find(notify);
  Failure failure = std::move(found->second);
  failures.by_put.erase(found);
  return failure;
}

/// In place of the server's own callback, which may free the put.
void answer(processNotify* notify) {
  const Failure failure = take(notify);
  notify->doneCallback = failure.answer;
  being_answered = notify->status == notifyError ? &failure.reason : nullptr;
  failure.answer(notify);
  being_answered = nullptr;
}

}  // namespace

void explainFailure(processNotify& notify, const std::string& reason) {
  auto& failures = Failures::instance();
  const std::lock_guard<std::mutex> lock(failures.mutex);
  Failure& failure = failures.by_put[&notify];
  failure.reason = reason;
  if (notify.doneCallback == answer) return;
  failure.answer = notify.doneCallback;
  notify.doneCallback = answer;
}

const std::string* failureBeingAnswered() { return being_answered; }

}  // namespace epics_ioc
