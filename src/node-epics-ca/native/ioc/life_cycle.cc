#define USE_TYPED_RSET
#include "life_cycle.h"

#include <asDbLib.h>
#include <asLib.h>
#include <callback.h>
#include <dbAccess.h>
#include <iocInit.h>
#include <iocsh.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string>

#include "busy_record.h"
#include "console_capture.h"
#include "database_check.h"
#include "device_support.h"
#include "errlog_forwarding.h"
#include "explained_source.h"
#include "ioc_state.h"
#include "js_value.h"
#include "shutdown.h"
#include "thread_promise.h"
#include "writer_trap.h"

extern "C" {
extern int dbThreadRealtimeLock;
int registerAllRecordDeviceDrivers(struct dbBase* base);
void iocshRegisterCommon(void);
}

namespace epics_ioc {
namespace {

Napi::Object resultToJs(Napi::Env env, long status, const std::string& text) {
  auto result = Napi::Object::New(env);
  result.Set("status", Napi::Number::New(env, static_cast<double>(status)));
  result.Set("text", text);
  return result;
}

std::string textArgument(const Napi::CallbackInfo& info, std::size_t position) {
  return info[position].As<Napi::String>().Utf8Value();
}

/// Each put with completion takes one entry of a callback ring when it ends, and nothing may be lost.
constexpr int kCallbackQueueSize = 32768;

constexpr char kHasEnded[] = "the application has ended";

/// The process ends by C's exit(), as process.exit() does it, without any hook of Node: answer what is under
/// way. Runs before base's own exit handler, which was registered when the library was loaded.
void atExit() {
  auto& state = IocState::instance();
  state.watchdog.abandon();
  state.events.abandon();
  // Beside threads of EPICS that go on nothing may be destroyed.
  if (!stopEpics(kHasEnded)) _exit(1);
}

/// The environment ends without `close()`: answer what is under way, and serve no values that nobody keeps up
/// to date.
void tearDown() {
  IocState::instance().events.detach();
  stopEpics(kHasEnded);
}

void registerSupport() {
  registerDeviceSupport();
  registerBusyRecord();
  registerAllRecordDeviceDrivers(pdbbase);
}

}  // namespace

Napi::Value claim(const Napi::CallbackInfo& info) {
  const bool is_mine = !IocState::instance().is_claimed.exchange(true);
  if (is_mine) {
    iocshRegisterCommon();
    registerCheckedLoadRecords();
    callbackSetQueueSize(kCallbackQueueSize);
    // Whoever loaded the libraries may have been too late with the variable that forbids it.
    dbThreadRealtimeLock = 0;
    // A client says its host's name as it likes, and PVAccess has addresses only.
    asCheckClientIP = 1;
    listenToWrites();
  }
  return Napi::Boolean::New(info.Env(), is_mine);
}

Napi::Value setEnvironment(const Napi::CallbackInfo& info) {
  ::setenv(textArgument(info, 0).c_str(), textArgument(info, 1).c_str(), 1);
  return info.Env().Undefined();
}

Napi::Value loadDatabase(const Napi::CallbackInfo& info) {
  ConsoleCapture console(ConsoleCapture::Scope::kProcess);
  const std::string path = textArgument(info, 1);
  const long status = dbLoadDatabase(textArgument(info, 0).c_str(), path.empty() ? nullptr : path.c_str(),
                                     textArgument(info, 2).c_str());
  if (status == 0) registerSupport();
  return resultToJs(info.Env(), status, console.text());
}

Napi::Value loadRecords(const Napi::CallbackInfo& info) {
  const std::string file = textArgument(info, 0);
  const std::string macros = textArgument(info, 1);
  std::string problems;
  {
    const ConsoleCapture warnings_of_macros(ConsoleCapture::Scope::kProcess);
    problems = checkDatabase(file, macros);
  }
  if (!problems.empty()) return resultToJs(info.Env(), -1, problems);
  ConsoleCapture console(ConsoleCapture::Scope::kProcess);
  const long status = dbLoadRecords(file.c_str(), macros.c_str());
  return resultToJs(info.Env(), status, console.text());
}

Napi::Value setAccessSecurity(const Napi::CallbackInfo& info) {
  ConsoleCapture console(ConsoleCapture::Scope::kProcess);
  const std::string file = textArgument(info, 0);
  const std::string macros = textArgument(info, 1);
  long status = asInitFile(file.c_str(), macros.c_str());
  // iocBuild reads it again, and adds the records only when access security isn't active yet.
  asActive = 0;
  if (status == 0) status = asSetFilename(file.c_str());
  if (status == 0) status = asSetSubstitutions(macros.c_str());
  return resultToJs(info.Env(), status, console.text());
}

Napi::Value open(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  IocState::instance().events.open(env, info[0].As<Napi::Function>(),
                                   info[1].As<Napi::Number>().Uint32Value());
  // After the queue's thread-safe function, so that this runs before Node deletes that.
  env.AddCleanupHook(tearDown);
  std::atexit(atExit);
  return env.Undefined();
}

Napi::Value build(const Napi::CallbackInfo& info) {
  return runOnThread(info.Env(), true, [] {
    ConsoleCapture console(ConsoleCapture::Scope::kThread);
    const std::lock_guard<std::mutex> lock(startMutex());
    const int status = iocBuild();
    if (status == 0) explainFailedPuts();
    return WorkResult{status, console.text()};
  });
}

Napi::Value run(const Napi::CallbackInfo& info) {
  return runOnThread(info.Env(), true, [] {
    WorkResult result;
    {
      ConsoleCapture console(ConsoleCapture::Scope::kThread);
      const std::lock_guard<std::mutex> lock(startMutex());
      result.status = iocRun();
      result.text = console.text();
    }
    if (result.status == 0) forwardErrlog();
    return result;
  });
}

Napi::Value refuseWrites(const Napi::CallbackInfo& info) {
  IocState::instance().events.close();
  return info.Env().Undefined();
}

Napi::Value shutDown(const Napi::CallbackInfo& info) {
  IocState::instance().watchdog.stop();
  return runOnThread(info.Env(), true, [reason = textArgument(info, 0)] {
    if (stopEpics(reason)) return WorkResult{};
    return WorkResult{-1, "EPICS has not stopped in time: a record is still being processed"};
  });
}

}  // namespace epics_ioc
