#include "js_value.h"

#include <dbAccess.h>

#include <algorithm>
#include <cstring>

namespace epics_ioc {
namespace {

template <typename Array>
Napi::Value numbers(Napi::Env env, const RecordValue& value) {
  auto array = Array::New(env, value.elements);
  if (value.elements > 0) std::memcpy(array.Data(), value.bytes.data(), value.bytes.size());
  return array;
}

Napi::Value strings(Napi::Env env, const RecordValue& value) {
  auto array = Napi::Array::New(env, value.elements);
  for (std::uint32_t i = 0; i < value.elements; ++i) {
    const char* text = value.bytes.data() + std::size_t{i} * MAX_STRING_SIZE;
    array.Set(i, Napi::String::New(env, text, strnlen(text, MAX_STRING_SIZE)));
  }
  return array;
}

Napi::Value arrayToJs(Napi::Env env, const RecordValue& value) {
  switch (value.element_type) {
    case DBF_STRING:
      return strings(env, value);
    case DBF_CHAR:
      return numbers<Napi::Int8Array>(env, value);
    case DBF_UCHAR:
      return numbers<Napi::Uint8Array>(env, value);
    case DBF_SHORT:
      return numbers<Napi::Int16Array>(env, value);
    case DBF_USHORT:
    case DBF_ENUM:
      return numbers<Napi::Uint16Array>(env, value);
    case DBF_LONG:
      return numbers<Napi::Int32Array>(env, value);
    case DBF_ULONG:
      return numbers<Napi::Uint32Array>(env, value);
    case DBF_INT64:
      return numbers<Napi::BigInt64Array>(env, value);
    case DBF_UINT64:
      return numbers<Napi::BigUint64Array>(env, value);
    case DBF_FLOAT:
      return numbers<Napi::Float32Array>(env, value);
    default:
      return numbers<Napi::Float64Array>(env, value);
  }
}

}  // namespace

Napi::Value valueToJs(Napi::Env env, const RecordValue& value) {
  switch (value.type) {
    case RecordValue::Type::kNumber:
      return Napi::Number::New(env, value.number);
    case RecordValue::Type::kInteger:
      return Napi::BigInt::New(env, value.integer);
    case RecordValue::Type::kText:
      return Napi::String::New(env, value.bytes);
    case RecordValue::Type::kArray:
      return arrayToJs(env, value);
  }
  return env.Undefined();
}

void arrayFromJs(const Napi::Value& source, short element_type, RecordValue& value) {
  value.type = RecordValue::Type::kArray;
  value.element_type = element_type;
  if (source.IsTypedArray()) {
    const auto array = source.As<Napi::TypedArray>();
    value.elements = static_cast<std::uint32_t>(array.ElementLength());
    // Not through its ArrayBuffer, which may be a SharedArrayBuffer.
    void* start = nullptr;
    napi_get_typedarray_info(source.Env(), source, nullptr, nullptr, &start, nullptr, nullptr);
    value.bytes.assign(static_cast<const char*>(start), array.ByteLength());
    return;
  }
  const auto array = source.As<Napi::Array>();
  value.elements = array.Length();
  value.bytes.assign(static_cast<std::size_t>(value.elements) * MAX_STRING_SIZE, '\0');
  std::string text;
  for (std::uint32_t i = 0; i < value.elements; ++i) {
    textFromJs(array.Get(i), text);
    std::memcpy(&value.bytes[std::size_t{i} * MAX_STRING_SIZE], text.data(),
                std::min<std::size_t>(text.size(), MAX_STRING_SIZE - 1));
  }
}

void textFromJs(const Napi::Value& source, std::string& text) {
  char buffer[256];
  std::size_t length = 0;
  if (napi_get_value_string_utf8(source.Env(), source, buffer, sizeof(buffer), &length) != napi_ok)
    throw codedError(source.Env(), "IOC_ARGUMENT", "a string was expected");
  if (length < sizeof(buffer) - 4)
    text.assign(buffer, length);
  else
    text = source.As<Napi::String>().Utf8Value();
}

Napi::Error codedError(Napi::Env env, const char* code, const std::string& message) {
  auto error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

}  // namespace epics_ioc
