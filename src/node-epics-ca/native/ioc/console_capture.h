#pragma once

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

namespace epics_ioc {

/// While it lives: what EPICS prints comes here instead of on the process's stdout and stderr.
class ConsoleCapture {
 public:
  enum class Scope : std::uint8_t {
    /// What this thread prints through epicsStdio, and what any thread logs.
    kThread,
    /// All that goes to file descriptors 1 and 2: base's parser of database files knows no better way. Only
    /// while the
    /// JavaScript thread waits.
    kProcess,
  };
  explicit ConsoleCapture(Scope scope);
  ~ConsoleCapture();
  ConsoleCapture(const ConsoleCapture&) = delete;
  ConsoleCapture& operator=(const ConsoleCapture&) = delete;

  /// Everything so far, without colours; blank when nothing was said.
  std::string text();

 private:
  static void onLog(void* self, const char* message);
  void redirect();
  void restore();

  const Scope scope_;
  std::mutex mutex_;
  std::string logged_;
  std::FILE* stream_ = nullptr;
  int saved_stdout_ = -1;
  int saved_stderr_ = -1;
};

/// Text without the escape sequences that base colours it with.
std::string withoutColours(const std::string& text);

}  // namespace epics_ioc
