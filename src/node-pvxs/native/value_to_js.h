#pragma once

#include <napi.h>
#include <pvxs/data.h>

namespace node_pvxs {

// A copy of a value as JavaScript data, nothing lost: 64-bit integers are BigInt, numeric arrays are typed
// arrays filled by one memcpy, unions { selector, value } or null, any { type, value } or null, structures
// objects. With `marked_only`, only the fields marked as changed (an unchanged structure is left out).
Napi::Value value_to_js(Napi::Env env, const pvxs::Value& value, bool marked_only);

}  // namespace node_pvxs
