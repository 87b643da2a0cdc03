#pragma once

#include <pvxs/data.h>

#include <cstdint>

namespace node_pvxs {

// About how much memory the arrays in a value take. They may be shared with other values.
int64_t array_bytes(const pvxs::Value& value);

}  // namespace node_pvxs
