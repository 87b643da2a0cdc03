#pragma once

#include <optional>
#include <string>

namespace epics_ioc {

/// Who put a value, as the server knows the client. Both empty when the IOC itself did it, or access security
/// traps no writes.
struct Writer {
  std::string user;
  std::string host;
  /// What was put over Channel Access, where EPICS converts it and may change it: text to a number, anything
  /// to a state.
  std::optional<std::string> request;
};

}  // namespace epics_ioc
