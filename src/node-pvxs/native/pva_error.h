#pragma once

#include <napi.h>

#include <exception>
#include <stdexcept>
#include <string>

namespace node_pvxs {

// An error with one of the codes of the TypeScript side; `path` names the field that doesn't fit, or is
// empty.
class PvaError : public std::runtime_error {
 public:
  PvaError(const char* code, const std::string& message, std::string path = {})
      : std::runtime_error(message), code_(code), path_(std::move(path)) {}

  const char* code() const { return code_; }
  const std::string& path() const { return path_; }

 private:
  const char* code_;
  std::string path_;
};

// The coded JavaScript error of any C++ exception, pvxs's own included.
Napi::Error to_js_error(Napi::Env env, const std::exception_ptr& exception);

// What a function exported to JavaScript is wrapped in: exceptions end here, as coded errors.
template <Napi::Value (*function)(const Napi::CallbackInfo&)>
Napi::Value guarded(const Napi::CallbackInfo& info) {
  try {
    return function(info);
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw to_js_error(info.Env(), std::current_exception());
  }
}

template <Napi::Value (*function)(const Napi::CallbackInfo&)>
void export_function(Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New(exports.Env(), guarded<function>, name));
}

}  // namespace node_pvxs
