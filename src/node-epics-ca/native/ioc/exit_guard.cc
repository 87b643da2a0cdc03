#include "exit_guard.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "js_value.h"
#include "log_line.h"
#include "shutdown.h"

namespace epics_ioc {
namespace {

/// How long the last answers and the last line may take.
constexpr std::chrono::milliseconds kLastWords{500};

// For a signal handler: plain and constant once the handlers are installed.
int wake_descriptor = -1;
struct sigaction previous[NSIG];

void onSignal(int number, siginfo_t* information, void* context) {
  const int error = errno;
  const char byte = 0;
  if (write(wake_descriptor, &byte, 1) < 0) {
    // Full: it has been woken.
  }
  errno = error;
  const struct sigaction& before = previous[number];
  const bool takes_information = (static_cast<unsigned>(before.sa_flags) & unsigned{SA_SIGINFO}) != 0;
  if (takes_information)
    before.sa_sigaction(number, information, context);
  else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
    before.sa_handler(number);
}

void install(int number) {
  struct sigaction action = {};
  action.sa_sigaction = onSignal;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(number, &action, &previous[number]);
}

void endAfter(int descriptor, std::chrono::milliseconds limit, const std::string& line) {
  char byte = 0;
  while (read(descriptor, &byte, 1) < 0 && errno == EINTR) {
  }
  std::this_thread::sleep_for(limit);
  writeSoon(STDERR_FILENO, logLine(line));
  std::thread(failWritesAtExit).detach();
  std::this_thread::sleep_for(kLastWords);
  _exit(1);
}

}  // namespace

Napi::Value guardExit(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto signals = info[0].As<Napi::Array>();
  const std::chrono::milliseconds limit(info[1].As<Napi::Number>().Int64Value());
  const std::string line = info[2].As<Napi::String>();
  if (wake_descriptor >= 0) throw codedError(env, "IOC_STATE", "the end of the process is guarded already");
  int ends[2];
  if (pipe(ends) != 0) throw codedError(env, "IOC_STATE", "no pipe can be made for the exit guard");
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  wake_descriptor = ends[1];
  std::thread(endAfter, ends[0], limit, line).detach();
  for (std::uint32_t i = 0; i < signals.Length(); ++i) install(signals.Get(i).As<Napi::Number>());
  return env.Undefined();
}

}  // namespace epics_ioc
