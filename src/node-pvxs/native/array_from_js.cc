#include "array_from_js.h"

#include <cstring>

#include "number_from_js.h"
#include "string_array.h"
#include "type_descriptor.h"

namespace node_pvxs {

namespace {

using pvxs::shared_array;
using pvxs::TypeCode;

[[noreturn]] void mismatch(TypeCode code, const std::string& wanted, const std::string& path) {
  throw PvaError("PVA_TYPE", "a " + std::string(type_name(code)) + " takes " + wanted, path);
}

std::string element_path(const std::string& path, size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

template <typename T>
constexpr napi_typedarray_type typed_array_of() {
  if constexpr (std::is_same_v<T, int8_t>) return napi_int8_array;
  if constexpr (std::is_same_v<T, int16_t>) return napi_int16_array;
  if constexpr (std::is_same_v<T, int32_t>) return napi_int32_array;
  if constexpr (std::is_same_v<T, int64_t>) return napi_bigint64_array;
  if constexpr (std::is_same_v<T, uint8_t>) return napi_uint8_array;
  if constexpr (std::is_same_v<T, uint16_t>) return napi_uint16_array;
  if constexpr (std::is_same_v<T, uint32_t>) return napi_uint32_array;
  if constexpr (std::is_same_v<T, uint64_t>) return napi_biguint64_array;
  if constexpr (std::is_same_v<T, float>) return napi_float32_array;
  return napi_float64_array;
}

template <typename T>
shared_array<const void> numbers_from_js(TypeCode code, const Napi::Value& data, const std::string& path) {
  if (data.IsTypedArray()) {
    // Not by way of its ArrayBuffer: the memory may be shared between threads, and then it has none.
    napi_typedarray_type type{};
    size_t size = 0;
    void* elements = nullptr;
    napi_get_typedarray_info(data.Env(), data, &type, &size, &elements, nullptr, nullptr);
    if (type == typed_array_of<T>() ||
        (sizeof(T) == 1 && std::is_unsigned_v<T> && type == napi_uint8_clamped_array)) {
      shared_array<T> result(size);
      if (!result.empty()) std::memcpy(result.data(), elements, size * sizeof(T));
      return result.freeze().template castTo<const void>();
    }
  } else if (!data.IsArray()) {
    mismatch(code, "a typed array or an array of numbers", path);
  }
  auto list = data.As<Napi::Object>();
  auto length =
      data.IsTypedArray() ? data.As<Napi::TypedArray>().ElementLength() : data.As<Napi::Array>().Length();
  shared_array<T> result(length);
  for (uint32_t i = 0; i < length; i++) {
    Napi::HandleScope scope(data.Env());
    Napi::Value element = list.Get(i);
    if (element.IsNumber() && number_fits(element.As<Napi::Number>().DoubleValue(), result[i])) continue;
    result[i] = number_from_js<T>(element, element_path(path, i));
  }
  return result.freeze().template castTo<const void>();
}

shared_array<const void> bools_from_js(TypeCode code, const Napi::Value& data, const std::string& path) {
  if (data.IsTypedArray() && data.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array) {
    auto bytes = data.As<Napi::Uint8Array>();
    shared_array<bool> result(bytes.ElementLength());
    for (size_t i = 0; i < result.size(); i++) result[i] = bytes[i] != 0;
    return result.freeze().castTo<const void>();
  }
  if (!data.IsArray()) mismatch(code, "an array of booleans or a Uint8Array", path);
  auto list = data.As<Napi::Array>();
  shared_array<bool> result(list.Length());
  for (uint32_t i = 0; i < result.size(); i++) {
    Napi::HandleScope scope(data.Env());
    Napi::Value element = list.Get(i);
    if (!element.IsBoolean()) mismatch(TypeCode::Bool, "a boolean", element_path(path, i));
    result[i] = element.As<Napi::Boolean>().Value();
  }
  return result.freeze().castTo<const void>();
}

}  // namespace

shared_array<const void> array_from_js(TypeCode code, const Napi::Value& data, const std::string& path) {
  switch (code.code) {
    case TypeCode::BoolA:
      return bools_from_js(code, data, path);
    case TypeCode::Int8A:
      return numbers_from_js<int8_t>(code, data, path);
    case TypeCode::Int16A:
      return numbers_from_js<int16_t>(code, data, path);
    case TypeCode::Int32A:
      return numbers_from_js<int32_t>(code, data, path);
    case TypeCode::Int64A:
      return numbers_from_js<int64_t>(code, data, path);
    case TypeCode::UInt8A:
      return numbers_from_js<uint8_t>(code, data, path);
    case TypeCode::UInt16A:
      return numbers_from_js<uint16_t>(code, data, path);
    case TypeCode::UInt32A:
      return numbers_from_js<uint32_t>(code, data, path);
    case TypeCode::UInt64A:
      return numbers_from_js<uint64_t>(code, data, path);
    case TypeCode::Float32A:
      return numbers_from_js<float>(code, data, path);
    case TypeCode::Float64A:
      return numbers_from_js<double>(code, data, path);
    case TypeCode::StringA:
      return strings_from_js(data, path).castTo<const void>();
    default:
      throw PvaError("PVA_TYPE", "the array's type isn't known", path);
  }
}

}  // namespace node_pvxs
