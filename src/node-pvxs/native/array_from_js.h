#pragma once

#include <napi.h>
#include <pvxs/data.h>

#include <string>

namespace node_pvxs {

// A pvxs array of the given scalar array type: one memcpy when the typed array's elements are of that very
// type, element by element with checks otherwise.
pvxs::shared_array<const void> array_from_js(pvxs::TypeCode code, const Napi::Value& data,
                                             const std::string& path);

}  // namespace node_pvxs
