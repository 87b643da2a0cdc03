#pragma once

#include <napi.h>
#include <pvxs/data.h>

#include <string>
#include <vector>

namespace node_pvxs {

using Strings = pvxs::shared_array<const std::string>;

// An array of strings; many are made from one, which crosses several times faster.
Napi::Value strings_to_js(Napi::Env env, const Strings& strings);

// Text of a JavaScript string; false if the value isn't one.
bool string_from_js(napi_env env, napi_value value, std::string& result);

// A pvxs string array of a JavaScript array of strings, of { joined, list } (the list, and all of it in one
// string, separated by NUL, which is faster), or of the handle of a StringArray.
Strings strings_from_js(const Napi::Value& data, const std::string& path);

// Fills strings from { joined, list }; the list is used when an element holds a NUL itself.
void fill_strings(pvxs::shared_array<std::string>& result, const Napi::Value& data, const std::string& path);

}  // namespace node_pvxs
