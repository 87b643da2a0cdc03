#pragma once

#include <cadef.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bytes.h"

namespace ca_client {

/** What a DBR_CTRL reply tells beside the value. */
struct Metadata {
  static constexpr std::size_t kLimits = 8;

  std::string units;
  int precision = -1;  // -1: the type has none
  bool has_limits = false;
  // display low, high; alarm low, high; warning low, high; control low, high
  double limits[kLimits] = {};
  std::vector<std::string> states;
};

/** One value as it came from a server, free of libca's buffers. */
struct Sample {
  long base_type = 0;  // DBR_STRING to DBR_DOUBLE
  std::uint32_t count = 0;
  bool is_array = false;
  int status = 0;
  int severity = 0;
  double time_ms = 0;  // since the Unix epoch; 0 when the request had no time stamp
  Bytes values;
  std::unique_ptr<Metadata> metadata;
};

/** Copies a DBR_TIME or DBR_CTRL reply. Call it on the thread that libca calls back on. */
Sample DecodeSample(const event_handler_args& args, bool is_array);

/** How many bytes an element of a plain DBR type takes, 0 for a type that isn't one. */
std::size_t ElementBytes(long base_type);

}  // namespace ca_client
