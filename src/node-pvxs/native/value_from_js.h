#pragma once

#include <napi.h>
#include <pvxs/data.h>

#include <string>

namespace node_pvxs {

// Assigns JavaScript data to a value and marks what was assigned; the inverse of value_to_js. A structure
// takes an object with some of its fields (undefined: not given) or dotted paths to them; other fields stay
// as they are. Nothing is wrapped or cut: what doesn't fit is PVA_TYPE, with the path of the field. Only a
// float32 is rounded, and half a surrogate pair, which no text in UTF-8 can hold, becomes U+FFFD.
// Besides the forms value_to_js makes, numeric arrays take any typed array or array of numbers, int64 and
// uint64 take safe integers, bool arrays take a Uint8Array.
void value_from_js(pvxs::Value value, const Napi::Value& data, const std::string& path);

}  // namespace node_pvxs
