#include "config.h"

#include "pva_error.h"

namespace node_pvxs {

std::map<std::string, std::string> definitions_from_js(const Napi::Value& value) {
  if (!value.IsObject()) throw PvaError("PVA_TYPE", "definitions must be an object of strings");
  auto object = value.As<Napi::Object>();
  auto names = object.GetPropertyNames();
  std::map<std::string, std::string> definitions;
  for (uint32_t i = 0; i < names.Length(); i++) {
    auto name = names.Get(i).ToString().Utf8Value();
    auto content = object.Get(name);
    if (!content.IsString()) throw PvaError("PVA_TYPE", "a definition must be a string", name);
    definitions[name] = content.As<Napi::String>().Utf8Value();
  }
  return definitions;
}

Napi::Value definitions_to_js(Napi::Env env, const std::map<std::string, std::string>& definitions) {
  auto result = Napi::Object::New(env);
  for (const auto& entry : definitions) result.Set(entry.first, entry.second);
  return result;
}

Napi::Value strings_to_js(Napi::Env env, const std::vector<std::string>& strings) {
  auto result = Napi::Array::New(env, strings.size());
  for (uint32_t i = 0; i < strings.size(); i++) result.Set(i, strings[i]);
  return result;
}

}  // namespace node_pvxs
