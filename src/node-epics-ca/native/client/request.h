#pragma once

#include <cstdint>
#include <memory>

#include "bytes.h"

namespace ca_client {

struct Channel;
class Subscription;

enum class RequestKind : std::uint8_t {
  kCreateChannel,
  kClearChannel,
  kGet,
  kPut,
  kPutComplete,
  kLocalPutDone,
  kSubscribe,
  kUnsubscribe
};

/** One call of libca, made by JavaScript and executed by the request thread. */
struct Request {
  RequestKind kind;
  std::shared_ptr<Channel> channel;
  std::shared_ptr<Subscription> subscription;
  double operation_id = 0;
  long type = 0;  // DBR_*
  unsigned long count = 0;
  long mask = 0;
  Bytes values;
};

}  // namespace ca_client
