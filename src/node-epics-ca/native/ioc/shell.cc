#include "shell.h"

#include <epicsStdio.h>
#include <iocsh.h>

#include <cstdlib>
#include <string>

#include "console_capture.h"
#include "thread_promise.h"

namespace epics_ioc {

Napi::Value execute(const Napi::CallbackInfo& info) {
  const std::string line = info[0].As<Napi::String>().Utf8Value();
  return runOnThread(info.Env(), true, [line] {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* errors = open_memstream(&text, &size);
    epicsSetThreadStderr(errors);
    const int status = iocshCmd(line.c_str());
    epicsSetThreadStderr(nullptr);
    std::fclose(errors);
    WorkResult result{status, withoutColours(std::string(text, size))};
    std::free(text);
    return result;
  });
}

Napi::Value shell(const Napi::CallbackInfo& info) {
  return runOnThread(info.Env(), false, [] { return WorkResult{iocsh(nullptr), ""}; });
}

}  // namespace epics_ioc
