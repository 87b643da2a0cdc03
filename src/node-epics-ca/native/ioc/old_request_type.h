#pragma once

#include <cstdint>

namespace epics_ioc {

/// Plain request types as Channel Access servers report them to trap listeners (ca/db_access.h), whose names
/// dbAccess.h gives to other numbers.
enum class OldRequestType : std::uint8_t {
  kString = 0,
  kShort = 1,
  kFloat = 2,
  kEnum = 3,
  kChar = 4,
  kLong = 5,
  kDouble = 6
};

}  // namespace epics_ioc
