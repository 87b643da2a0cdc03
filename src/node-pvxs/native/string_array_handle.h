#pragma once

#include <napi.h>

#include <vector>

#include "handle.h"
#include "string_array.h"

namespace node_pvxs {

// A string array that changes little between posts, such as a column of a table. pvxs shares arrays with the
// clients' queues and never changes them; so this one keeps two, and while one is published, changes the
// other, as soon as nobody else has it any more. A change then costs as much as it changes, not as much as
// the array holds.
class StringArrayHandle {
 public:
  static constexpr napi_type_tag kTag{0x6bc0f9e8d7c64b08, 0xaab9c8d7e6f54488};
  static constexpr const char* kName = "StringArray";

  const Strings& strings() const { return current_; }
  void set(const Napi::Value& data);
  void change(const Napi::Uint32Array& indexes, const Napi::Array& replacements);

 private:
  // The other array when it is free for change, or else a copy of the current one or an empty one.
  pvxs::shared_array<std::string> take_spare(bool copy);
  void publish(pvxs::shared_array<std::string>&& next);

  Strings current_;
  Strings spare_;
  // Where the spare one differs from the current one.
  std::vector<uint32_t> stale_;
};

void export_string_array(Napi::Object exports);

}  // namespace node_pvxs
