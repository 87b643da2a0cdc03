#pragma once

#include <cstdint>

namespace ca_client {

// libca carries a pointer for us, and an id fits into it.
inline void* ToUser(double operation_id) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(operation_id));
}

inline double FromUser(void* user) { return static_cast<double>(reinterpret_cast<std::uintptr_t>(user)); }

}  // namespace ca_client
