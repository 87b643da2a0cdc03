#include "value_from_js.h"

#include <cctype>

#include "array_from_js.h"
#include "number_from_js.h"
#include "pva_error.h"
#include "type_descriptor.h"

namespace node_pvxs {

namespace {

using pvxs::shared_array;
using pvxs::TypeCode;
using pvxs::Value;

[[noreturn]] void mismatch(const Value& value, const std::string& wanted, const std::string& path) {
  throw PvaError("PVA_TYPE", "a " + std::string(type_name(value.type())) + " takes " + wanted, path);
}

std::string join(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

// pvxs would read "<", "[" and "->" in a name as a way through the value.
bool plain_name(const std::string& name) {
  for (unsigned char c : name) {
    if (!std::isalnum(c) && c != '_' && c != '.') return false;
  }
  return !name.empty();
}

void struct_from_js(Value value, const Napi::Value& data, const std::string& path) {
  if (!data.IsObject() || data.IsArray() || data.IsTypedArray()) mismatch(value, "an object", path);
  auto object = data.As<Napi::Object>();
  auto names = object.GetPropertyNames();
  for (uint32_t i = 0, count = names.Length(); i < count; i++) {
    Napi::Value key = names.Get(i);
    auto content = object.Get(key);
    if (content.IsUndefined()) continue;
    auto name = key.ToString().Utf8Value();
    auto field = plain_name(name) ? value[name] : Value();
    if (!field) throw PvaError("PVA_TYPE", "no such field", join(path, name));
    value_from_js(field, content, join(path, name));
  }
}

// pvxs can't copy these as content of a union or any: its clients would lose the connection over and over.
void check_content(const Value& content, const std::string& path) {
  auto code = content.type();
  bool is_array = code == TypeCode::StructA || code == TypeCode::UnionA || code == TypeCode::AnyA;
  if (is_array || code == TypeCode::Union || code == TypeCode::Any) {
    throw PvaError("PVA_TYPE", std::string("pvxs can't carry a ") + type_name(code) + " in a union or any",
                   path);
  }
}

// Neither can it copy a structure there that has a union without a selected member.
void check_selected(const Value& content, const std::string& path) {
  if (content.type() != TypeCode::Struct) return;
  for (auto field : content.iall()) {
    if (field.type() == TypeCode::Union && !field.as<Value>()) {
      throw PvaError("PVA_TYPE", "pvxs can't carry a union without a selected member in a union or any",
                     join(path, content.nameOf(field)));
    }
  }
}

void union_from_js(Value value, const Napi::Value& data, const std::string& path) {
  if (data.IsNull()) {
    value.from(pvxs::unselect);
    return;
  }
  if (!data.IsObject()) mismatch(value, "null or { selector, value }", path);
  auto object = data.As<Napi::Object>();
  auto selector = object.Get("selector");
  if (!selector.IsString()) mismatch(value, "null or { selector, value }", path);
  auto name = selector.As<Napi::String>().Utf8Value();
  auto member = plain_name(name) && name.find('.') == std::string::npos ? value["->" + name] : Value();
  if (!member) throw PvaError("PVA_TYPE", "the union has no member \"" + name + "\"", path);
  check_content(member, join(path, name));
  value_from_js(member, object.Get("value"), join(path, name));
  check_selected(member, join(path, name));
  value.mark();
}

Value any_content(const Value& value, const Napi::Value& data, const std::string& path) {
  if (!data.IsObject()) mismatch(value, "null or { type, value }", path);
  auto object = data.As<Napi::Object>();
  auto content = type_from_js(object.Get("type")).create();
  if (content.type() == TypeCode::Any) throw PvaError("PVA_TYPE", "an any can't hold an any", path);
  value_from_js(content, object.Get("value"), join(path, "value"));
  return content;
}

void any_from_js(Value value, const Napi::Value& data, const std::string& path) {
  Value content;
  if (!data.IsNull()) {
    content = any_content(value, data, path);
    check_content(content, path);
    check_selected(content, path);
  }
  value.from(content);
}

void composite_array_from_js(Value value, const Napi::Value& data, const std::string& path) {
  if (!data.IsArray()) mismatch(value, "an array", path);
  auto list = data.As<Napi::Array>();
  shared_array<Value> elements(list.Length());
  for (uint32_t i = 0; i < elements.size(); i++) {
    Napi::Value content = list.Get(i);
    if (content.IsNull()) continue;
    auto element_path = path + "[" + std::to_string(i) + "]";
    if (value.type() == TypeCode::AnyA) {
      elements[i] = any_content(value, content, element_path);
    } else {
      elements[i] = value.allocMember();
      value_from_js(elements[i], content, element_path);
    }
  }
  value.from(elements.freeze());
}

}  // namespace

void value_from_js(Value value, const Napi::Value& data, const std::string& path) {
  auto code = value.type();
  switch (code.code) {
    case TypeCode::Bool:
      if (!data.IsBoolean()) mismatch(value, "a boolean", path);
      value.from(data.As<Napi::Boolean>().Value());
      return;
    case TypeCode::Float32:
      value.from(number_from_js<float>(data, path));
      return;
    case TypeCode::Float64:
      value.from(number_from_js<double>(data, path));
      return;
    case TypeCode::String:
      if (!data.IsString()) mismatch(value, "a string", path);
      value.from(data.As<Napi::String>().Utf8Value());
      return;
    case TypeCode::Struct:
      struct_from_js(value, data, path);
      return;
    case TypeCode::Union:
      union_from_js(value, data, path);
      return;
    case TypeCode::Any:
      any_from_js(value, data, path);
      return;
    case TypeCode::StructA:
    case TypeCode::UnionA:
    case TypeCode::AnyA:
      composite_array_from_js(value, data, path);
      return;
    case TypeCode::Null:
      throw PvaError("PVA_TYPE", "an empty value can't be assigned", path);
    default:
      if (code.isarray()) {
        value.from(array_from_js(code, data, path));
      } else {
        integer_from_js(value, data, path);
      }
  }
}

}  // namespace node_pvxs
