#include "array_bytes.h"

namespace node_pvxs {

namespace {

using pvxs::TypeCode;

// A string or structure of an array, with what it allocates.
constexpr size_t kObjectBytes = 64;

size_t field_bytes(const pvxs::Value& field) {
  auto code = field.type();
  if (code == TypeCode::Union || code == TypeCode::Any) {
    auto content = field.as<pvxs::Value>();
    return content ? static_cast<size_t>(array_bytes(content)) : 0;
  }
  if (!code.isarray()) return 0;
  auto array = field.as<pvxs::shared_array<const void>>();
  if (array.empty()) return 0;
  bool is_plain = code != TypeCode::StringA && code.kind() != pvxs::Kind::Compound;
  return array.size() * (is_plain ? pvxs::elementSize(array.original_type()) : kObjectBytes);
}

}  // namespace

int64_t array_bytes(const pvxs::Value& value) {
  size_t bytes = 0;
  if (value.type() == TypeCode::Struct) {
    for (auto field : value.iall()) bytes += field_bytes(field);
  } else {
    bytes = field_bytes(value);
  }
  return static_cast<int64_t>(bytes);
}

}  // namespace node_pvxs
