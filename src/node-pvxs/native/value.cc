#include "type_descriptor.h"
#include "value_from_js.h"
#include "value_handle.h"
#include "value_to_js.h"

namespace node_pvxs {

namespace {

// pvxs::Value TypeDef::create() const
// valueCreate(type: TypeDescriptor): ValueHandle
Napi::Value value_create(const Napi::CallbackInfo& info) {
  return wrap_value(info.Env(), type_from_js(info[0]).create());
}

// pvxs::Value Value::cloneEmpty() const
// valueCloneEmpty(value: ValueHandle): ValueHandle
Napi::Value value_clone_empty(const Napi::CallbackInfo& info) {
  return wrap_value(info.Env(), unwrap_value(info[0]).cloneEmpty());
}

// pvxs::Value Value::clone() const
// valueClone(value: ValueHandle): ValueHandle
Napi::Value value_clone(const Napi::CallbackInfo& info) {
  return wrap_content(info.Env(), unwrap_value(info[0]).clone());
}

// void Value::from(const T&), for each field given
// valueAssign(value: ValueHandle, data: unknown): void
Napi::Value value_assign(const Napi::CallbackInfo& info) {
  value_from_js(unwrap_value(info[0]), info[1], {});
  return info.Env().Undefined();
}

// T Value::as<T>() const, for each field
// valueToJs(value: ValueHandle, markedOnly: boolean): unknown
Napi::Value value_to_js_data(const Napi::CallbackInfo& info) {
  return value_to_js(info.Env(), unwrap_value(info[0]), info[1].ToBoolean());
}

// TypeDef(const Value&)
// valueType(value: ValueHandle): TypeDescriptor
Napi::Value value_type(const Napi::CallbackInfo& info) {
  return type_to_js(info.Env(), unwrap_value(info[0]));
}

void add_marked(Napi::Array& paths, const pvxs::Value& top, const pvxs::Value& value, bool all) {
  if (value.type() == pvxs::TypeCode::Struct) {
    all = all || value.isMarked(false);
    for (auto child : value.ichildren()) add_marked(paths, top, child, all);
  } else if (all || value.isMarked(false)) {
    paths.Set(paths.Length(), Napi::String::New(paths.Env(), top.nameOf(value)));
  }
}

// bool Value::isMarked() const, for each field that isn't a structure
// valueMarked(value: ValueHandle): string[]
Napi::Value value_marked(const Napi::CallbackInfo& info) {
  auto value = unwrap_value(info[0]);
  auto paths = Napi::Array::New(info.Env());
  if (value.type() == pvxs::TypeCode::Struct) add_marked(paths, value, value, false);
  return paths;
}

// void Value::mark(bool), void Value::unmark(bool parents, bool children) of a field, or of all for ""
// valueMark(value: ValueHandle, path: string, marked: boolean): void
Napi::Value value_mark(const Napi::CallbackInfo& info) {
  auto value = unwrap_value(info[0]);
  auto path = info[1].ToString().Utf8Value();
  auto field = path.empty() ? value : value[path];
  if (!field) throw PvaError("PVA_TYPE", "no such field", path);
  if (info[2].ToBoolean()) {
    field.mark();
  } else {
    field.unmark();
  }
  return info.Env().Undefined();
}

// Value::~Value()
// valueDispose(value: ValueHandle): void, frees the storage now instead of at garbage collection
Napi::Value value_dispose(const Napi::CallbackInfo& info) {
  unwrap<ValueHandle>(info[0])->dispose();
  return info.Env().Undefined();
}

}  // namespace

void export_value(Napi::Object exports) {
  export_function<value_create>(exports, "valueCreate");
  export_function<value_clone_empty>(exports, "valueCloneEmpty");
  export_function<value_clone>(exports, "valueClone");
  export_function<value_assign>(exports, "valueAssign");
  export_function<value_to_js_data>(exports, "valueToJs");
  export_function<value_type>(exports, "valueType");
  export_function<value_marked>(exports, "valueMarked");
  export_function<value_mark>(exports, "valueMark");
  export_function<value_dispose>(exports, "valueDispose");
}

}  // namespace node_pvxs
