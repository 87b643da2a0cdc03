#include <napi.h>

#include <cstdlib>

#include "access_check.h"
#include "channel_text.h"
#include "exit_guard.h"
#include "ioc_state.h"
#include "js_value.h"
#include "life_cycle.h"
#include "post.h"
#include "shell.h"
#include "static_database.h"
#include "watchdog.h"
#include "writer_trap.h"

namespace epics_ioc {
namespace {

/// getField(name): string
Napi::Value getField(const Napi::CallbackInfo& info) {
  try {
    return Napi::String::New(info.Env(), readField(info[0].As<Napi::String>().Utf8Value()));
  } catch (const std::runtime_error& error) {
    throw codedError(info.Env(), "IOC_FIELD", error.what());
  }
}

/// putField(name, text)
Napi::Value putField(const Napi::CallbackInfo& info) {
  try {
    writeField(info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::String>().Utf8Value());
  } catch (const std::runtime_error& error) {
    throw codedError(info.Env(), "IOC_FIELD", error.what());
  }
  return info.Env().Undefined();
}

/// reportPuts(isWanted)
Napi::Value setReportPuts(const Napi::CallbackInfo& info) {
  reportPuts(info[0].As<Napi::Boolean>().Value());
  return info.Env().Undefined();
}

/// counters(): {queued, dropped, ...}
Napi::Value counters(const Napi::CallbackInfo& info) {
  const auto& state = IocState::instance();
  auto result = Napi::Object::New(info.Env());
  const auto set = [&](const char* name, std::uint64_t value) {
    result.Set(name, static_cast<double>(value));
  };
  set("queued", state.events.size());
  set("dropped", state.events.dropped());
  set("coalesced", state.counters.writes_coalesced);
  set("writesStarted", state.counters.writes_started);
  set("writesCompleted", state.counters.writes_completed);
  set("writesFailed", state.counters.writes_failed);
  set("writesRefused", state.counters.writes_refused);
  set("writesCancelled", state.counters.writes_cancelled);
  set("posts", state.counters.posts);
  set("postedRecords", state.counters.posted_records);
  set("deferredPosts", state.counters.deferred_posts);
  set("stalls", state.watchdog.stalls());
  return result;
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  // A worker thread's process.env isn't the process's. Without this base locks all memory when run as root.
  ::setenv("EPICS_ALLOW_POSIX_THREAD_PRIORITY_SCHEDULING", "NO", 0);
  const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("claim", claim);
  add("setEnvironment", setEnvironment);
  add("loadDatabase", loadDatabase);
  add("loadRecords", loadRecords);
  add("setAccessSecurity", setAccessSecurity);
  add("mayWrite", mayWrite);
  add("accessNamesRoles", accessNamesRoles);
  add("recordsWithoutRules", recordsWithoutRules);
  add("unknownHosts", unknownHosts);
  add("listDeviceRecords", listDeviceRecords);
  add("open", open);
  add("build", build);
  add("run", run);
  add("watch", watch);
  add("post", post);
  add("postNumbers", postNumbers);
  add("complete", complete);
  add("readRecord", readRecord);
  add("getField", getField);
  add("putField", putField);
  add("reportPuts", setReportPuts);
  add("counters", counters);
  add("execute", execute);
  add("shell", shell);
  add("refuseWrites", refuseWrites);
  add("shutDown", shutDown);
  add("guardExit", guardExit);
  return exports;
}

}  // namespace
}  // namespace epics_ioc

static Napi::Object initialiseAddon(Napi::Env env, Napi::Object exports) {
  return epics_ioc::initialise(env, exports);
}
NODE_API_MODULE(epics_ioc, initialiseAddon)
