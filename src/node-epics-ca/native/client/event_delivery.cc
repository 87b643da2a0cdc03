// From the event queue to JavaScript, and the end of an environment.
#include <db_access.h>

#include "context_binding.h"
#include "js_values.h"

namespace ca_client {
namespace {

constexpr double kTeardownSeconds = 2;
constexpr std::uint32_t kEventFields = 4;

napi_value ToJsConnection(napi_env env, const ConnectionInfo& info) {
  napi_value result = nullptr;
  napi_value element = nullptr;
  napi_create_array_with_length(env, 3, &result);
  napi_create_double(env, static_cast<double>(info.base_type), &element);
  napi_set_element(env, result, 0, element);
  napi_create_double(env, static_cast<double>(info.element_count), &element);
  napi_set_element(env, result, 1, element);
  napi_create_string_utf8(env, info.host.data(), info.host.size(), &element);
  napi_set_element(env, result, 2, element);
  return result;
}

napi_value ToJsPayload(napi_env env, Event& event) {
  napi_value result = nullptr;
  if (event.sample) {
    napi_create_array_with_length(env, kSampleFields, &result);
    AppendSample(env, result, 0, *event.sample);
  } else if (event.connection) {
    result = ToJsConnection(env, *event.connection);
  } else if (!event.text.empty()) {
    napi_create_string_utf8(env, event.text.data(), event.text.size(), &result);
  } else {
    napi_get_null(env, &result);
  }
  return result;
}

napi_value ToJsEvents(napi_env env, std::vector<Event>& events) {
  napi_value array = nullptr;
  napi_create_array_with_length(env, events.size() * kEventFields, &array);
  std::uint32_t index = 0;
  const auto append = [&](napi_value value) { napi_set_element(env, array, index++, value); };
  for (Event& event : events) {
    napi_handle_scope scope = nullptr;
    napi_open_handle_scope(env, &scope);
    napi_value number = nullptr;
    napi_create_int32(env, static_cast<int>(event.kind), &number);
    append(number);
    napi_create_double(env, event.id, &number);
    append(number);
    napi_create_int32(env, event.status, &number);
    append(number);
    append(ToJsPayload(env, event));
    napi_close_handle_scope(env, scope);
  }
  return array;
}

}  // namespace

// Plain N-API, unlike elsewhere: in a worker thread that is being terminated every call fails, which is
// nobody's error, and the C++ wrapper would abort the process when it can't throw that. An exception of the
// handler stays pending; Node makes it an uncaught exception.
void ContextBinding::DeliverEvents() {
  std::vector<Event> events = context_->TakeEvents();
  if (events.empty()) return;
  const napi_env env = Env();
  napi_handle_scope scope = nullptr;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  napi_value array = ToJsEvents(env, events);
  napi_value receiver = nullptr;
  napi_value handler = nullptr;
  napi_get_undefined(env, &receiver);
  if (array != nullptr && napi_get_reference_value(env, on_events_, &handler) == napi_ok &&
      handler != nullptr) {
    napi_call_function(env, receiver, handler, 1, &array, nullptr);
  }
  napi_close_handle_scope(env, scope);
  if (events.back().kind == EventKind::kClosed) on_events_.Reset();  // lets the client be collected
}

EnvironmentState::EnvironmentState(napi_env env)
    : waker(std::make_shared<Waker>(env, &EnvironmentState::OnWake, this)) {
  napi_add_env_cleanup_hook(env, &EnvironmentState::OnEnvironmentEnd, this);
}

EnvironmentState::~EnvironmentState() = default;

void EnvironmentState::OnWake(napi_env env, void* state) {
  // A handler may close or make contexts.
  const auto& contexts = static_cast<EnvironmentState*>(state)->contexts;
  const std::vector<ContextBinding*> now(contexts.begin(), contexts.end());
  for (ContextBinding* binding : now) {
    bool failed = false;
    napi_is_exception_pending(env, &failed);
    if (failed) return;
    if (contexts.count(binding) > 0) binding->DeliverEvents();
  }
}

void EnvironmentState::OnEnvironmentEnd(void* state) {
  auto* self = static_cast<EnvironmentState*>(state);
  self->waker->Close();
  for (ContextBinding* binding : self->contexts) binding->context().Close();
  for (ContextBinding* binding : self->contexts) binding->context().WaitClosed(kTeardownSeconds);
}

}  // namespace ca_client
