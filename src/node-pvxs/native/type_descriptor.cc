#include "type_descriptor.h"

#include <array>
#include <utility>
#include <vector>

#include "pva_error.h"

namespace node_pvxs {

namespace {

using pvxs::Member;
using pvxs::TypeCode;
using pvxs::Value;

constexpr std::array<std::pair<const char*, TypeCode::code_t>, 29> kNames{{
    {"bool", TypeCode::Bool},          {"bool[]", TypeCode::BoolA},     {"int8", TypeCode::Int8},
    {"int16", TypeCode::Int16},        {"int32", TypeCode::Int32},      {"int64", TypeCode::Int64},
    {"uint8", TypeCode::UInt8},        {"uint16", TypeCode::UInt16},    {"uint32", TypeCode::UInt32},
    {"uint64", TypeCode::UInt64},      {"int8[]", TypeCode::Int8A},     {"int16[]", TypeCode::Int16A},
    {"int32[]", TypeCode::Int32A},     {"int64[]", TypeCode::Int64A},   {"uint8[]", TypeCode::UInt8A},
    {"uint16[]", TypeCode::UInt16A},   {"uint32[]", TypeCode::UInt32A}, {"uint64[]", TypeCode::UInt64A},
    {"float32", TypeCode::Float32},    {"float64", TypeCode::Float64},  {"float32[]", TypeCode::Float32A},
    {"float64[]", TypeCode::Float64A}, {"string", TypeCode::String},    {"string[]", TypeCode::StringA},
    {"struct", TypeCode::Struct},      {"union", TypeCode::Union},      {"any", TypeCode::Any},
    {"struct[]", TypeCode::StructA},   {"union[]", TypeCode::UnionA},
}};

TypeCode code_from_name(const std::string& name, const std::string& path) {
  for (const auto& entry : kNames) {
    if (name == entry.first) return TypeCode(entry.second);
  }
  if (name == "any[]") return TypeCode::AnyA;
  throw PvaError("PVA_TYPE", "\"" + name + "\" is no type code", path);
}

bool has_members(TypeCode code) {
  return code == TypeCode::Struct || code == TypeCode::Union || code == TypeCode::StructA ||
         code == TypeCode::UnionA;
}

std::string string_property(const Napi::Object& object, const char* name, bool required,
                            const std::string& path) {
  auto value = object.Get(name);
  if (value.IsString()) return value.As<Napi::String>().Utf8Value();
  if (!required && (value.IsUndefined() || value.IsNull())) return {};
  throw PvaError("PVA_TYPE", std::string("a type descriptor's \"") + name + "\" must be a string", path);
}

std::vector<Member> members_from_js(const Napi::Object& descriptor, const std::string& path);

Member member_from_js(const Napi::Value& value, const std::string& parent) {
  if (!value.IsObject()) throw PvaError("PVA_TYPE", "a member must be an object", parent);
  auto object = value.As<Napi::Object>();
  auto name = string_property(object, "name", true, parent);
  auto path = parent.empty() ? name : parent + "." + name;
  auto code = code_from_name(string_property(object, "code", true, path), path);
  if (!has_members(code)) return Member(code, name);
  return Member(code, name, string_property(object, "id", false, path), members_from_js(object, path));
}

std::vector<Member> members_from_js(const Napi::Object& descriptor, const std::string& path) {
  auto value = descriptor.Get("members");
  if (!value.IsArray()) throw PvaError("PVA_TYPE", "a structure or union needs an array of members", path);
  auto list = value.As<Napi::Array>();
  std::vector<Member> members;
  members.reserve(list.Length());
  for (uint32_t i = 0; i < list.Length(); i++) members.push_back(member_from_js(list.Get(i), path));
  return members;
}

void describe(Napi::Object target, const Value& value) {
  auto env = target.Env();
  target.Set("code", type_name(value.type()));
  if (!has_members(value.type())) return;
  Value composite(value);
  if (value.type().isarray()) composite = composite.allocMember();
  auto id = composite.id();
  target.Set("id", Napi::String::New(env, id));
  auto members = Napi::Array::New(env);
  uint32_t index = 0;
  for (auto child : composite.ichildren()) {
    auto member = Napi::Object::New(env);
    member.Set("name", Napi::String::New(env, composite.nameOf(child)));
    describe(member, child);
    members.Set(index++, member);
  }
  target.Set("members", members);
}

}  // namespace

const char* type_name(TypeCode code) {
  for (const auto& entry : kNames) {
    if (code == TypeCode(entry.second)) return entry.first;
  }
  return code == TypeCode(TypeCode::AnyA) ? "any[]" : "null";
}

pvxs::TypeDef type_from_js(const Napi::Value& value) {
  if (!value.IsObject()) throw PvaError("PVA_TYPE", "a type descriptor must be an object");
  auto object = value.As<Napi::Object>();
  auto code = code_from_name(string_property(object, "code", true, {}), {});
  try {
    if (!has_members(code)) return pvxs::TypeDef(code);
    return pvxs::TypeDef(code, string_property(object, "id", false, {}), members_from_js(object, {}));
  } catch (const PvaError&) {
    throw;
  } catch (const std::exception& error) {
    throw PvaError("PVA_TYPE", error.what());
  }
}

Napi::Value type_to_js(Napi::Env env, const Value& value) {
  auto descriptor = Napi::Object::New(env);
  describe(descriptor, value);
  return descriptor;
}

}  // namespace node_pvxs
