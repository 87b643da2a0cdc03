#pragma once

#include <string>

namespace epics_ioc {

/// Who put a value, as the server knows the client. Both empty when the IOC itself did it, or access security
/// traps no writes.
struct Writer {
  std::string user;
  std::string host;
};

}  // namespace epics_ioc
