#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "device_record.h"
#include "event_queue.h"
#include "watchdog.h"

namespace epics_ioc {

struct Counters {
  std::atomic<std::uint64_t> writes_started{0};
  std::atomic<std::uint64_t> writes_completed{0};
  std::atomic<std::uint64_t> writes_failed{0};
  std::atomic<std::uint64_t> writes_refused{0};
  std::atomic<std::uint64_t> writes_cancelled{0};
  std::atomic<std::uint64_t> writes_coalesced{0};
  std::atomic<std::uint64_t> posts{0};
  std::atomic<std::uint64_t> posted_records{0};
  std::atomic<std::uint64_t> deferred_posts{0};
};

/// What EPICS's own threads need of this package. One a process, as the IOC is; it holds no reference to
/// JavaScript but the queue's, and is never destroyed, because threads of EPICS may outlive every JavaScript
/// environment.
struct IocState {
  std::atomic<bool> is_claimed{false};
  EventQueue events;
  Watchdog watchdog;
  Counters counters;
  std::atomic<std::uint32_t> last_flight{0};
  /// Indexed as JavaScript numbers them. Complete before iocBuild, constant afterwards.
  std::deque<DeviceRecord> devices;
  std::unordered_map<std::string, DeviceRecord*> by_name;

  static IocState& instance();
};

}  // namespace epics_ioc
