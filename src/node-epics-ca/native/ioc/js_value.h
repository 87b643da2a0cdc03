#pragma once

#include <napi.h>

#include <string>

#include "record_value.h"

namespace epics_ioc {

/// number, bigint, string, typed array, or array of strings.
Napi::Value valueToJs(Napi::Env env, const RecordValue& value);

/// Elements of a typed array, or of an array of strings, for a record whose elements have that DBF_ type.
/// The type was checked by the caller in TypeScript.
void arrayFromJs(const Napi::Value& source, short element_type, RecordValue& value);

/// Copy a JavaScript string without allocating when it fits what `text` holds already.
void textFromJs(const Napi::Value& source, std::string& text);

/// Error with a stable code.
Napi::Error codedError(Napi::Env env, const char* code, const std::string& message);

}  // namespace epics_ioc
