#include "string_array.h"

#include <cstring>

#include "pva_error.h"
#include "string_array_handle.h"

namespace node_pvxs {

namespace {

using pvxs::shared_array;

[[noreturn]] void mismatch(const std::string& path) {
  throw PvaError("PVA_TYPE", "a string[] takes an array of strings, or { joined, list }", path);
}

void fill_from_list(shared_array<std::string>& result, const Napi::Array& list, const std::string& path) {
  auto env = list.Env();
  for (uint32_t i = 0; i < result.size(); i++) {
    Napi::HandleScope scope(env);
    napi_value element = nullptr;
    if (napi_get_element(env, list, i, &element) != napi_ok || !string_from_js(env, element, result[i])) {
      mismatch(path + "[" + std::to_string(i) + "]");
    }
  }
}

// In one pass when it isn't huge: a UTF-16 unit is at most three bytes.
std::string text_of(const Napi::String& string) {
  size_t units = 0;
  napi_get_value_string_utf16(string.Env(), string, nullptr, 0, &units);
  if (units > 1'000'000) return string.Utf8Value();
  std::string text(units * 3 + 1, '\0');
  size_t size = 0;
  napi_get_value_string_utf8(string.Env(), string, &text[0], text.size(), &size);
  text.resize(size);
  return text;
}

// False when there aren't as many.
bool fill_from_joined(shared_array<std::string>& result, const std::string& text) {
  const char* start = text.data();
  const char* const end = start + text.size();
  for (size_t i = 0; i < result.size(); i++) {
    auto* separator = static_cast<const char*>(std::memchr(start, 0, static_cast<size_t>(end - start)));
    bool is_last = i + 1 == result.size();
    if ((separator == nullptr) != is_last) return false;
    if (is_last) separator = end;
    result[i].assign(start, static_cast<size_t>(separator - start));
    start = separator + 1;
  }
  return true;
}

}  // namespace

bool string_from_js(napi_env env, napi_value value, std::string& result) {
  char buffer[256];
  size_t size = 0;
  if (napi_get_value_string_utf8(env, value, buffer, sizeof buffer, &size) != napi_ok) return false;
  // A full buffer may hold only part of the string.
  if (size + 4 < sizeof buffer) {
    result.assign(buffer, size);
  } else {
    result = Napi::String(env, value).Utf8Value();
  }
  return true;
}

void fill_strings(shared_array<std::string>& result, const Napi::Value& data, const std::string& path) {
  auto list = data.IsArray() ? data : data.As<Napi::Object>().Get("list");
  if (!list.IsArray()) mismatch(path);
  auto length = list.As<Napi::Array>().Length();
  if (result.size() != length) result = shared_array<std::string>(length);
  if (!data.IsArray()) {
    auto joined = data.As<Napi::Object>().Get("joined");
    if (!joined.IsString()) mismatch(path);
    if (fill_from_joined(result, text_of(joined.As<Napi::String>()))) return;
  }
  fill_from_list(result, list.As<Napi::Array>(), path);
}

Strings strings_from_js(const Napi::Value& data, const std::string& path) {
  if (data.IsExternal()) return unwrap<StringArrayHandle>(data)->strings();
  if (!data.IsObject()) mismatch(path);
  shared_array<std::string> result;
  fill_strings(result, data, path);
  return result.freeze();
}

Napi::Value strings_to_js(Napi::Env env, const Strings& strings) {
  std::string joined;
  bool can_join = strings.size() >= 16;
  for (size_t i = 0; can_join && i < strings.size(); i++) {
    if (i > 0) joined.push_back('\0');
    joined.append(strings[i]);
    can_join = strings[i].find('\0') == std::string::npos;
  }
  if (can_join) {
    auto text = Napi::String::New(env, joined);
    auto split = text.ToObject().Get("split").As<Napi::Function>();
    return split.Call(text, {Napi::String::New(env, std::string(1, '\0'))});
  }
  auto result = Napi::Array::New(env, strings.size());
  for (uint32_t i = 0; i < strings.size(); i++) result.Set(i, Napi::String::New(env, strings[i]));
  return result;
}

}  // namespace node_pvxs
