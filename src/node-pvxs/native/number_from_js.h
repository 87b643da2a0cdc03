#pragma once

#include <napi.h>
#include <pvxs/data.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "pva_error.h"

namespace node_pvxs {

template <typename T>
[[noreturn]] void throw_number_mismatch(const std::string& path) {
  std::string wanted = std::is_same_v<T, float> ? "a number of float32's range" : "a number";
  if constexpr (sizeof(T) == 8 && std::is_integral_v<T>) {
    wanted =
        std::is_signed_v<T> ? "a BigInt or safe integer of int64's range" : "a BigInt or safe integer >= 0";
  } else if constexpr (std::is_integral_v<T>) {
    wanted = "an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
             std::to_string(std::numeric_limits<T>::max());
  }
  throw PvaError("PVA_TYPE", "the field takes " + wanted, path);
}

// The number, if it is one that T holds exactly (a float32 may lose digits but not the size, an integer
// nothing).
template <typename T>
bool number_fits(double number, T& result) {
  if constexpr (std::is_floating_point_v<T>) {
    result = static_cast<T>(number);
    return std::isfinite(number) == std::isfinite(result);
  } else {
    constexpr double kMaxSafe = 9007199254740991.0;
    double low =
        sizeof(T) == 8 ? (std::is_signed_v<T> ? -kMaxSafe : 0) : double(std::numeric_limits<T>::min());
    double high = sizeof(T) == 8 ? kMaxSafe : double(std::numeric_limits<T>::max());
    if (!(number >= low && number <= high) || std::trunc(number) != number) return false;
    result = static_cast<T>(number);
    return true;
  }
}

template <typename T>
T number_from_js(const Napi::Value& data, const std::string& path) {
  T result{};
  if (data.IsNumber()) {
    if (number_fits(data.As<Napi::Number>().DoubleValue(), result)) return result;
  } else if constexpr (std::is_same_v<T, int64_t>) {
    bool lossless = false;
    if (data.IsBigInt()) result = data.As<Napi::BigInt>().Int64Value(&lossless);
    if (lossless) return result;
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    bool lossless = false;
    if (data.IsBigInt()) result = data.As<Napi::BigInt>().Uint64Value(&lossless);
    if (lossless) return result;
  }
  throw_number_mismatch<T>(path);
}

inline void integer_from_js(pvxs::Value value, const Napi::Value& data, const std::string& path) {
  using pvxs::TypeCode;
  switch (value.type().code) {
    case TypeCode::Int8:
      return value.from(number_from_js<int8_t>(data, path));
    case TypeCode::Int16:
      return value.from(number_from_js<int16_t>(data, path));
    case TypeCode::Int32:
      return value.from(number_from_js<int32_t>(data, path));
    case TypeCode::Int64:
      return value.from(number_from_js<int64_t>(data, path));
    case TypeCode::UInt8:
      return value.from(number_from_js<uint8_t>(data, path));
    case TypeCode::UInt16:
      return value.from(number_from_js<uint16_t>(data, path));
    case TypeCode::UInt32:
      return value.from(number_from_js<uint32_t>(data, path));
    case TypeCode::UInt64:
      return value.from(number_from_js<uint64_t>(data, path));
    default:
      throw PvaError("PVA_TYPE", "the field's type isn't known", path);
  }
}

}  // namespace node_pvxs
