#include "log_line.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <thread>
#include <utility>

namespace epics_ioc {
namespace {

void replace(std::string& text, const std::string& mark, const std::string& by) {
  const std::size_t at = text.find(mark);
  if (at != std::string::npos) text.replace(at, mark.size(), by);
}

std::string localTime(std::time_t seconds) {
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts)};
}

}  // namespace

std::string logLine(const std::string& pattern) {
  using std::chrono::system_clock;
  const auto now = system_clock::now();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  std::string line = pattern;
  replace(line, "{ms}", std::to_string(milliseconds.count()));
  replace(line, "{local}", localTime(system_clock::to_time_t(now)));
  return line;
}

void writeSoon(int descriptor, std::string text) {
  static std::atomic<bool> is_writing{false};
  if (is_writing.exchange(true)) return;
  std::thread([descriptor, text = std::move(text)] {
    std::size_t at = 0;
    while (at < text.size()) {
      const ssize_t written = ::write(descriptor, text.data() + at, text.size() - at);
      if (written <= 0) break;
      at += static_cast<std::size_t>(written);
    }
    is_writing = false;
  }).detach();
}

}  // namespace epics_ioc
