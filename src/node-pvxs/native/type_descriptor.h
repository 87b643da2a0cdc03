#pragma once

#include <napi.h>
#include <pvxs/data.h>

#include <string>

namespace node_pvxs {

// Type descriptors, the JSON form of a pvxs TypeDef:
//   { code: "float64[]" }
//   { code: "struct" | "union" | "struct[]" | "union[]", id: string, members: [{ name, code, id?, members? }]
//   }
pvxs::TypeDef type_from_js(const Napi::Value& descriptor);
Napi::Value type_to_js(Napi::Env env, const pvxs::Value& value);

const char* type_name(pvxs::TypeCode code);

}  // namespace node_pvxs
