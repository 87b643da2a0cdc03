#pragma once

#include <napi.h>

#include <map>
#include <string>
#include <vector>

namespace node_pvxs {

// EPICS_PVA* and EPICS_PVAS* settings as pvxs's Config takes and gives them.
std::map<std::string, std::string> definitions_from_js(const Napi::Value& value);
Napi::Value definitions_to_js(Napi::Env env, const std::map<std::string, std::string>& definitions);
Napi::Value strings_to_js(Napi::Env env, const std::vector<std::string>& strings);

}  // namespace node_pvxs
