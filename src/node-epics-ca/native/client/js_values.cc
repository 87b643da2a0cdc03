#include "js_values.h"

#include <db_access.h>

#include <cstring>
#include <stdexcept>
#include <string>

namespace ca_client {
namespace {

constexpr std::size_t kExternalFromBytes = 16384;  // below, copying is cheaper than a finalizer

napi_value Number(napi_env env, double number) {
  napi_value result = nullptr;
  napi_create_double(env, number, &result);
  return result;
}

napi_value String(napi_env env, const char* text, std::size_t length) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, text, length, &result);
  return result;
}

napi_value EpicsString(napi_env env, const std::uint8_t* bytes) {
  const char* text = reinterpret_cast<const char*>(bytes);
  return String(env, text, strnlen(text, MAX_STRING_SIZE));
}

template <typename T>
T Load(const std::uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

napi_value ToJsScalar(napi_env env, const Sample& sample) {
  const std::uint8_t* bytes = sample.values.data();
  switch (sample.base_type) {
    case DBR_STRING:
      return EpicsString(env, bytes);
    case DBR_SHORT:
      return Number(env, Load<dbr_short_t>(bytes));
    case DBR_FLOAT:
      return Number(env, static_cast<double>(Load<dbr_float_t>(bytes)));
    case DBR_ENUM:
      return Number(env, Load<dbr_enum_t>(bytes));
    case DBR_CHAR:
      return Number(env, Load<dbr_char_t>(bytes));
    case DBR_LONG:
      return Number(env, Load<dbr_long_t>(bytes));
    default:
      return Number(env, Load<dbr_double_t>(bytes));
  }
}

napi_typedarray_type ArrayType(long base_type) {
  switch (base_type) {
    case DBR_SHORT:
      return napi_int16_array;
    case DBR_FLOAT:
      return napi_float32_array;
    case DBR_ENUM:
      return napi_uint16_array;
    case DBR_CHAR:
      return napi_uint8_array;
    case DBR_LONG:
      return napi_int32_array;
    default:
      return napi_float64_array;
  }
}

void FreeBytes(napi_env, void* data, void*) { delete[] static_cast<std::uint8_t*>(data); }

napi_value ToJsBuffer(napi_env env, Bytes& bytes) {
  const std::size_t size = bytes.size();
  napi_value buffer = nullptr;
  if (size >= kExternalFromBytes) {
    std::uint8_t* heap = bytes.ReleaseHeap();
    if (napi_create_external_arraybuffer(env, heap, size, &FreeBytes, nullptr, &buffer) == napi_ok)
      return buffer;
    bytes = Bytes(heap, size);  // an engine that doesn't take foreign memory
    delete[] heap;
  }
  void* data = nullptr;
  if (napi_create_arraybuffer(env, size, &data, &buffer) == napi_ok && size > 0) {
    std::memcpy(data, bytes.data(), size);
  }
  return buffer;
}

std::uint8_t* CopyString(napi_env env, napi_value value, std::uint8_t* to) {
  std::size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok || length >= MAX_STRING_SIZE) {
    throw std::invalid_argument("an EPICS string holds up to 39 bytes");
  }
  std::memset(to, 0, MAX_STRING_SIZE);
  napi_get_value_string_utf8(env, value, reinterpret_cast<char*>(to), MAX_STRING_SIZE, &length);
  return to + MAX_STRING_SIZE;
}

template <typename T>
void Store(std::uint8_t* to, double number) {
  const T value = static_cast<T>(number);
  std::memcpy(to, &value, sizeof(value));
}

void StoreNumber(std::uint8_t* to, long type, double number) {
  switch (type) {
    case DBR_SHORT:
      return Store<dbr_short_t>(to, number);
    case DBR_FLOAT:
      return Store<dbr_float_t>(to, number);
    case DBR_ENUM:
      return Store<dbr_enum_t>(to, number);
    case DBR_CHAR:
      return Store<dbr_char_t>(to, number < 0 ? number + 256 : number);
    case DBR_LONG:
      return Store<dbr_long_t>(to, number);
    default:
      return Store<dbr_double_t>(to, number);
  }
}

Bytes FromStrings(napi_env env, napi_value array, std::size_t count) {
  Bytes bytes(count * MAX_STRING_SIZE);
  std::uint8_t* to = bytes.data();
  for (std::uint32_t i = 0; i < count; ++i) {
    napi_value element = nullptr;
    napi_get_element(env, array, i, &element);
    to = CopyString(env, element, to);
  }
  return bytes;
}

std::size_t BytesOfElement(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return 1;
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      return 4;
    default:
      return 8;
  }
}

Bytes FromTypedArray(napi_env env, napi_value array, std::size_t size) {
  napi_typedarray_type type = napi_uint8_array;
  std::size_t length = 0;
  void* data = nullptr;
  // Not through its ArrayBuffer, which may be a SharedArrayBuffer.
  napi_get_typedarray_info(env, array, &type, &length, &data, nullptr, nullptr);
  if (length * BytesOfElement(type) < size)
    throw std::invalid_argument("the typed array is shorter than count says");
  return Bytes(data, size);
}

}  // namespace

napi_value ToJsValue(napi_env env, Sample& sample) {
  if (!sample.is_array && sample.count == 1) return ToJsScalar(env, sample);
  napi_value result = nullptr;
  if (sample.base_type == DBR_STRING) {
    napi_create_array_with_length(env, sample.count, &result);
    for (std::uint32_t i = 0; i < sample.count; ++i) {
      napi_set_element(env, result, i,
                       EpicsString(env, sample.values.data() + std::size_t{i} * MAX_STRING_SIZE));
    }
    return result;
  }
  napi_create_typedarray(env, ArrayType(sample.base_type), sample.count, ToJsBuffer(env, sample.values), 0,
                         &result);
  return result;
}

napi_value ToJsMetadata(napi_env env, const Metadata& metadata) {
  napi_value result = nullptr;
  napi_value limits = nullptr;
  napi_value states = nullptr;
  napi_create_object(env, &result);
  napi_create_array_with_length(env, metadata.has_limits ? Metadata::kLimits : 0, &limits);
  for (std::uint32_t i = 0; metadata.has_limits && i < Metadata::kLimits; ++i) {
    napi_set_element(env, limits, i, Number(env, metadata.limits[i]));
  }
  napi_create_array_with_length(env, metadata.states.size(), &states);
  for (std::uint32_t i = 0; i < metadata.states.size(); ++i) {
    napi_set_element(env, states, i, String(env, metadata.states[i].data(), metadata.states[i].size()));
  }
  napi_set_named_property(env, result, "units", String(env, metadata.units.data(), metadata.units.size()));
  napi_set_named_property(env, result, "precision", Number(env, metadata.precision));
  napi_set_named_property(env, result, "limits", limits);
  napi_set_named_property(env, result, "states", states);
  return result;
}

std::uint32_t AppendSample(napi_env env, napi_value array, std::uint32_t index, Sample& sample) {
  napi_handle_scope scope = nullptr;
  napi_open_handle_scope(env, &scope);
  napi_value metadata = nullptr;
  if (sample.metadata) {
    metadata = ToJsMetadata(env, *sample.metadata);
  } else {
    napi_get_null(env, &metadata);
  }
  napi_set_element(env, array, index++, ToJsValue(env, sample));
  napi_set_element(env, array, index++, Number(env, sample.status));
  napi_set_element(env, array, index++, Number(env, sample.severity));
  napi_set_element(env, array, index++, Number(env, sample.time_ms));
  napi_set_element(env, array, index++, metadata);
  napi_close_handle_scope(env, scope);
  return index;
}

Bytes FromJsValue(napi_env env, napi_value value, long type, unsigned long count) {
  const std::size_t element_bytes = ElementBytes(type);
  if (element_bytes == 0) throw std::invalid_argument("no plain DBR type");
  napi_valuetype js_type = napi_undefined;
  napi_typeof(env, value, &js_type);
  if (js_type == napi_number && type != DBR_STRING && count == 1) {
    double number = 0;
    napi_get_value_double(env, value, &number);
    Bytes bytes(element_bytes);
    StoreNumber(bytes.data(), type, number);
    return bytes;
  }
  if (js_type == napi_string && type == DBR_STRING && count == 1) {
    Bytes bytes(MAX_STRING_SIZE);
    CopyString(env, value, bytes.data());
    return bytes;
  }
  bool matches = false;
  if (type == DBR_STRING && napi_is_array(env, value, &matches) == napi_ok && matches) {
    return FromStrings(env, value, count);
  }
  if (type != DBR_STRING && napi_is_typedarray(env, value, &matches) == napi_ok && matches) {
    return FromTypedArray(env, value, count * element_bytes);
  }
  throw std::invalid_argument("the value is not of the DBR type that was said");
}

}  // namespace ca_client
