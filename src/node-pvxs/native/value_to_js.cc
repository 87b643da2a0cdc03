#include "value_to_js.h"

#include <cstring>
#include <string>

#include "pva_error.h"
#include "string_array.h"
#include "type_descriptor.h"

namespace node_pvxs {

namespace {

using pvxs::shared_array;
using pvxs::TypeCode;
using pvxs::Value;

template <typename T>
Napi::Value typed_array(Napi::Env env, const Value& value) {
  auto elements = value.as<shared_array<const T>>();
  auto bytes = elements.size() * sizeof(T);
  auto buffer = Napi::ArrayBuffer::New(env, bytes);
  if (bytes != 0) std::memcpy(buffer.Data(), elements.data(), bytes);
  return Napi::TypedArrayOf<T>::New(env, elements.size(), buffer, 0);
}

Napi::Value bool_array(Napi::Env env, const Value& value) {
  auto elements = value.as<shared_array<const bool>>();
  auto result = Napi::Array::New(env, elements.size());
  for (uint32_t i = 0; i < elements.size(); i++) result.Set(i, Napi::Boolean::New(env, elements[i]));
  return result;
}

Napi::Value struct_to_js(Napi::Env env, const Value& value, bool marked_only) {
  bool all = !marked_only || value.isMarked(false);
  auto result = Napi::Object::New(env);
  for (auto child : value.ichildren()) {
    if (!all && !child.isMarked(false, true)) continue;
    result.Set(value.nameOf(child), value_to_js(env, child, !all));
  }
  return result;
}

Napi::Value any_to_js(Napi::Env env, const Value& content) {
  if (!content) return env.Null();
  auto result = Napi::Object::New(env);
  result.Set("type", type_to_js(env, content));
  result.Set("value", value_to_js(env, content, false));
  return result;
}

Napi::Value union_to_js(Napi::Env env, const Value& field) {
  auto content = field.as<Value>();
  if (!content) return env.Null();
  auto result = Napi::Object::New(env);
  result.Set("selector", Napi::String::New(env, field.nameOf(content)));
  result.Set("value", value_to_js(env, content, false));
  return result;
}

// pvxs decodes an element of a union array as the selected member itself, without its union around it.
Napi::Value union_element_to_js(Napi::Env env, const Value& element_type, const Value& element) {
  if (element.equalType(element_type)) return union_to_js(env, element);
  auto result = Napi::Object::New(env);
  result.Set("selector", Napi::String::New(env, element_type.nameOf(element)));
  result.Set("value", value_to_js(env, element, false));
  return result;
}

// Arrays of structures, unions or any, whose elements may be absent.
Napi::Value composite_array(Napi::Env env, const Value& value) {
  auto elements = value.as<shared_array<const Value>>();
  auto result = Napi::Array::New(env, elements.size());
  Value element_type(value);
  if (value.type() == TypeCode::UnionA) element_type = element_type.allocMember();
  for (uint32_t i = 0; i < elements.size(); i++) {
    const auto& element = elements[i];
    if (!element) {
      result.Set(i, env.Null());
    } else if (value.type() == TypeCode::UnionA) {
      result.Set(i, union_element_to_js(env, element_type, element));
    } else if (value.type() == TypeCode::AnyA) {
      result.Set(i, any_to_js(env, element));
    } else {
      result.Set(i, value_to_js(env, element, false));
    }
  }
  return result;
}

}  // namespace

Napi::Value value_to_js(Napi::Env env, const Value& value, bool marked_only) {
  switch (value.type().code) {
    case TypeCode::Bool:
      return Napi::Boolean::New(env, value.as<bool>());
    case TypeCode::Int8:
    case TypeCode::Int16:
    case TypeCode::Int32:
    case TypeCode::UInt8:
    case TypeCode::UInt16:
    case TypeCode::UInt32:
    case TypeCode::Float32:
    case TypeCode::Float64:
      return Napi::Number::New(env, value.as<double>());
    case TypeCode::Int64:
      return Napi::BigInt::New(env, value.as<int64_t>());
    case TypeCode::UInt64:
      return Napi::BigInt::New(env, value.as<uint64_t>());
    case TypeCode::String:
      return Napi::String::New(env, value.as<std::string>());
    case TypeCode::Struct:
      return struct_to_js(env, value, marked_only);
    case TypeCode::Union:
      return union_to_js(env, value);
    case TypeCode::Any:
      return any_to_js(env, value.as<Value>());
    case TypeCode::BoolA:
      return bool_array(env, value);
    case TypeCode::Int8A:
      return typed_array<int8_t>(env, value);
    case TypeCode::Int16A:
      return typed_array<int16_t>(env, value);
    case TypeCode::Int32A:
      return typed_array<int32_t>(env, value);
    case TypeCode::Int64A:
      return typed_array<int64_t>(env, value);
    case TypeCode::UInt8A:
      return typed_array<uint8_t>(env, value);
    case TypeCode::UInt16A:
      return typed_array<uint16_t>(env, value);
    case TypeCode::UInt32A:
      return typed_array<uint32_t>(env, value);
    case TypeCode::UInt64A:
      return typed_array<uint64_t>(env, value);
    case TypeCode::Float32A:
      return typed_array<float>(env, value);
    case TypeCode::Float64A:
      return typed_array<double>(env, value);
    case TypeCode::StringA:
      return strings_to_js(env, value.as<shared_array<const std::string>>());
    case TypeCode::StructA:
    case TypeCode::UnionA:
    case TypeCode::AnyA:
      return composite_array(env, value);
    case TypeCode::Null:
      break;
  }
  return env.Null();
}

}  // namespace node_pvxs
