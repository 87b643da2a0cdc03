#include "pva_error.h"

#include <pvxs/client.h>
#include <pvxs/data.h>

namespace node_pvxs {

namespace {

Napi::Error coded(Napi::Env env, const char* code, const std::string& message) {
  auto error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

}  // namespace

Napi::Error to_js_error(Napi::Env env, const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const PvaError& error) {
    auto result = coded(env, error.code(), error.what());
    if (!error.path().empty()) result.Set("path", Napi::String::New(env, error.path()));
    return result;
  } catch (const pvxs::client::RemoteError& error) {
    return coded(env, "PVA_REMOTE", error.what());
  } catch (const pvxs::client::Disconnect& error) {
    return coded(env, "PVA_DISCONNECTED", "the server has gone");
  } catch (const pvxs::client::Timeout& error) {
    return coded(env, "PVA_TIMEOUT", error.what());
  } catch (const pvxs::client::Interrupted& error) {
    return coded(env, "PVA_CANCELLED", error.what());
  } catch (const pvxs::NoConvert& error) {
    return coded(env, "PVA_TYPE", error.what());
  } catch (const pvxs::NoField& error) {
    return coded(env, "PVA_TYPE", error.what());
  } catch (const pvxs::LookupError& error) {
    return coded(env, "PVA_TYPE", error.what());
  } catch (const std::logic_error& error) {
    return coded(env, "PVA_STATE", error.what());
  } catch (const std::exception& error) {
    return coded(env, "PVA_ERROR", error.what());
  } catch (...) {
    return coded(env, "PVA_ERROR", "unknown native error");
  }
}

}  // namespace node_pvxs
