#include "errlog_forwarding.h"

#include <errlog.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "console_capture.h"
#include "ioc_state.h"
#include "log_line.h"

namespace epics_ioc {
namespace {

void onLog(void*, const char* message) {
  Event event;
  event.kind = Event::Kind::kMessage;
  event.text = withoutColours(message);
  std::string text = event.text;
  if (IocState::instance().events.push(std::move(event)) == EventQueue::Result::kClosed)
    writeSoon(STDERR_FILENO, std::move(text));
}

}  // namespace

void forwardErrlog() {
  errlogAddListener(onLog, nullptr);
  eltc(0);
}

}  // namespace epics_ioc
