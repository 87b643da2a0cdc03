#include "console_capture.h"

#include <epicsStdio.h>
#include <errlog.h>
#include <unistd.h>

// epicsStdio.h makes macros of these.
#undef stdout
#undef stderr

namespace epics_ioc {

ConsoleCapture::ConsoleCapture(Scope scope) : scope_(scope), stream_(std::tmpfile()) {
  errlogFlush();
  if (stream_ == nullptr) return;
  if (scope_ == Scope::kProcess) {
    redirect();
    return;
  }
  epicsSetThreadStdout(stream_);
  epicsSetThreadStderr(stream_);
  eltc(0);
  errlogAddListener(onLog, this);
}

ConsoleCapture::~ConsoleCapture() {
  errlogFlush();
  if (stream_ == nullptr) return;
  if (scope_ == Scope::kProcess) {
    restore();
  } else {
    errlogRemoveListeners(onLog, this);
    eltc(1);
    epicsSetThreadStdout(nullptr);
    epicsSetThreadStderr(nullptr);
  }
  std::fclose(stream_);
}

void ConsoleCapture::redirect() {
  std::fflush(stdout);
  saved_stdout_ = dup(STDOUT_FILENO);
  saved_stderr_ = dup(STDERR_FILENO);
  dup2(fileno(stream_), STDOUT_FILENO);
  dup2(fileno(stream_), STDERR_FILENO);
}

void ConsoleCapture::restore() {
  std::fflush(stdout);
  dup2(saved_stdout_, STDOUT_FILENO);
  dup2(saved_stderr_, STDERR_FILENO);
  close(saved_stdout_);
  close(saved_stderr_);
}

std::string ConsoleCapture::text() {
  if (stream_ == nullptr) return "";
  errlogFlush();
  std::fflush(stdout);
  std::fflush(stream_);
  std::string all;
  char buffer[4096];
  for (off_t at = 0;;) {
    const ssize_t size = pread(fileno(stream_), buffer, sizeof(buffer), at);
    if (size <= 0) break;
    all.append(buffer, static_cast<std::size_t>(size));
    at += size;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  return withoutColours(all + logged_);
}

void ConsoleCapture::onLog(void* self, const char* message) {
  auto* capture = static_cast<ConsoleCapture*>(self);
  const std::lock_guard<std::mutex> lock(capture->mutex_);
  capture->logged_ += message;
}

// By hand: Node exports parts of a C++ library of its own, with which std::regex breaks.
std::string withoutColours(const std::string& text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_escape = text.compare(at, 2, "\x1b[") == 0;
    const std::size_t end = is_escape ? text.find('m', at) : std::string::npos;
    if (end == std::string::npos)
      plain += text[at];
    else
      at = end;
  }
  return plain;
}

}  // namespace epics_ioc
