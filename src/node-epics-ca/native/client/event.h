#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sample.h"

namespace ca_client {

/** The numbers are those of client/native.ts. */
enum class EventKind : std::uint8_t {
  kConnected = 0,
  kDisconnected = 1,
  kAccessRights = 2,
  kChannelFailed = 3,
  kPutDone = 4,
  kGetDone = 5,
  kUpdatesWaiting = 6,
  kSubscriptionFailed = 7,
  kException = 8,
  kClosed = 9,
};

struct ConnectionInfo {
  long base_type = 0;
  unsigned long element_count = 0;
  std::string host;
};

/** Something that JavaScript must hear of. */
struct Event {
  EventKind kind;
  double id = 0;   // of the channel, operation or subscription
  int status = 0;  // ECA_*, or for kConnected and kAccessRights: 1 readable, 2 writable
  std::unique_ptr<Sample> sample;
  std::unique_ptr<ConnectionInfo> connection;
  std::string text;
};

constexpr int kReadable = 1;
constexpr int kWritable = 2;

}  // namespace ca_client
