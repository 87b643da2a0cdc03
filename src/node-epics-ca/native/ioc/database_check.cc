#define USE_TYPED_RSET
#include "database_check.h"

#include <dbAccess.h>
#include <dbDefs.h>
#include <dbStaticLib.h>
#include <dbStaticPvt.h>
#include <epicsStdio.h>
#include <iocInit.h>
#include <iocsh.h>
#include <macLib.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "database_tokens.h"

namespace epics_ioc {
namespace {

/// As in dbLexRoutines.c: of a line, and there also of what its macros expand to.
constexpr int kLineSize = 1024;
constexpr int kExpandedSize = 65536;
constexpr std::size_t kMaxOpenFiles = 100;
constexpr int kMaxProblems = 10;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

struct FreeText {
  void operator()(char* text) const { std::free(text); }
};

/// macLib, set up as dbReadCOM does it.
class Macros {
 public:
  explicit Macros(const std::string& definitions) {
    if (macCreateHandle(&handle_, nullptr) != 0) return;
    char** pairs = nullptr;
    macParseDefns(handle_, definitions.c_str(), &pairs);
    if (pairs == nullptr) return;
    macInstallMacros(handle_, pairs);
    std::free(static_cast<void*>(pairs));
    is_installed_ = true;
  }
  ~Macros() {
    if (handle_ != nullptr) macDeleteHandle(handle_);
  }
  Macros(const Macros&) = delete;
  Macros& operator=(const Macros&) = delete;

  std::string expand(const char* line) const {
    if (!is_installed_) return line;
    std::string expanded(kExpandedSize, '\0');
    macExpandString(handle_, line, expanded.data(), kExpandedSize);
    expanded.resize(std::strlen(expanded.c_str()));
    return expanded;
  }

 private:
  MAC_HANDLE* handle_ = nullptr;
  bool is_installed_ = false;
};

class DatabaseCheck {
 public:
  explicit DatabaseCheck(const std::string& macros) : macros_(macros) {
    const char* path = std::getenv("EPICS_DB_INCLUDE_PATH");
    dbPath(pdbbase, path == nullptr ? "." : path);
  }
  ~DatabaseCheck() { dbFreePath(pdbbase); }
  DatabaseCheck(const DatabaseCheck&) = delete;
  DatabaseCheck& operator=(const DatabaseCheck&) = delete;

  std::string run(const std::string& file) {
    include(file);
    while (count_ < kMaxProblems && !tokens_.isInvalid() && readLine()) {
      tokens_.begin(line_);
      while (tokens_.next()) handle();
      findMacroErrors(line_.substr(0, tokens_.position()));
    }
    return problems_;
  }

 private:
  struct Input {
    std::string name;
    std::unique_ptr<std::FILE, CloseFile> stream;
    int line = 0;
    bool is_at_start = true;
  };

  void include(const std::string& file) {
    const std::unique_ptr<char, FreeText> name(macEnvExpand(file.c_str()));
    if (name == nullptr) return;
    std::FILE* stream = nullptr;
    dbOpenFile(pdbbase, name.get(), &stream);
    // dbLoadRecords says it better.
    if (stream == nullptr) return;
    std::unique_ptr<std::FILE, CloseFile> owner(stream);
    if (inputs_.size() == kMaxOpenFiles) {
      count_ = kMaxProblems;
      return report("the file includes itself: remove that");
    }
    Input& input = inputs_.emplace_back();
    input.name = name.get();
    input.stream = std::move(owner);
  }

  /// To the end of the line, which base may read in parts.
  bool readLine() {
    line_.clear();
    while (!inputs_.empty()) {
      char raw[kLineSize];
      if (std::fgets(raw, kLineSize, inputs_.back().stream.get()) == nullptr) {
        inputs_.pop_back();
        continue;
      }
      const std::string expanded = macros_.expand(raw);
      const bool is_end = std::strchr(raw, '\n') != nullptr;
      line_ += expanded;
      if (inputs_.back().is_at_start) ++inputs_.back().line;
      inputs_.back().is_at_start = is_end;
      if (expanded.size() >= kLineSize) report("EPICS cuts it off, macros expanded: break it up");
      if (is_end) return true;
    }
    return !line_.empty();
  }

  void handle() {
    if (tokens_.endsWith("R(s,s)")) checkName("record", tokens_.text(1));
    if (tokens_.endsWith("A(s)")) checkName("alias", tokens_.text(1));
    if (tokens_.endsWith("A(s,s)")) {
      checkName("record", tokens_.text(3));
      checkName("alias", tokens_.text(1));
    }
    if (tokens_.endsWith("Is")) include(tokens_.text(0));
    if (tokens_.endsWith("Ps")) dbPath(pdbbase, tokens_.text(0).c_str());
    if (tokens_.endsWith("Ds")) dbAddPath(pdbbase, tokens_.text(0).c_str());
  }

  void checkName(const std::string& what, const std::string& name) {
    if (findMacroErrors(name)) return;
    if (name.empty()) return report("the " + what + " name is empty: give one");
    const std::string subject = "the " + what + " name \"" + name + "\" ";
    const std::size_t bad = name.find_first_of(" \t\"'.$");
    if (bad != std::string::npos)
      report(subject + "has the character '" + name[bad] + "', which none can have: remove it");
    else if (name.size() > PVNAME_SZ)
      report(subject + "has " + std::to_string(name.size()) + " characters: it can have " +
             std::to_string(PVNAME_SZ));
  }

  /// macLib leaves "$(NAME,undefined)" in the text.
  bool findMacroErrors(const std::string& text) {
    static const std::vector<std::pair<std::string, std::string>> errors = {
        {",undefined)", " is undefined: pass a value for it"},
        {",recursive)", " is defined by itself: pass another value for it"}};
    bool is_found = false;
    for (const auto& [mark, remedy] : errors) {
      for (std::size_t end = text.find(mark); end != std::string::npos; end = text.find(mark, end + 1)) {
        const std::size_t start = text.rfind("$(", end);
        if (start == std::string::npos) continue;
        is_found = true;
        const std::string name = text.substr(start + 2, end - start - 2);
        if (reported_macros_.insert(name).second) report(std::string("macro ").append(name).append(remedy));
      }
    }
    return is_found;
  }

  void report(const std::string& problem) {
    ++count_;
    if (!problems_.empty()) problems_ += '\n';
    if (inputs_.empty()) {
      problems_ += "last line: " + problem;
      return;
    }
    const Input& input = inputs_.back();
    const std::string place = "line " + std::to_string(input.line) + ": ";
    problems_ += (inputs_.size() > 1 ? input.name + ", " : "") + place + problem;
  }

  const Macros macros_;
  DatabaseTokens tokens_;
  std::vector<Input> inputs_;
  std::string line_;
  std::set<std::string> reported_macros_;
  std::string problems_;
  int count_ = 0;
};

void loadRecordsCommand(const iocshArgBuf* args) {
  const std::string file = args[0].sval == nullptr ? "" : args[0].sval;
  const std::string problems = checkDatabase(file, args[1].sval == nullptr ? "" : args[1].sval);
  if (problems.empty()) {
    iocshSetError(dbLoadRecords(args[0].sval, args[1].sval));
    return;
  }
  std::fprintf(epicsGetStderr(), "ERROR: %s: %s\n", file.c_str(), problems.c_str());
  iocshSetError(-1);
}

}  // namespace

std::string checkDatabase(const std::string& file, const std::string& macros) {
  // Without these dbLoadRecords refuses to do anything.
  if (pdbbase == nullptr || getIocState() != iocVoid || file.empty()) return "";
  return DatabaseCheck(macros).run(file);
}

void registerCheckedLoadRecords() {
  static const iocshArg file = {"file name", iocshArgStringPath};
  static const iocshArg macros = {"substitutions", iocshArgString};
  static const iocshArg* const arguments[] = {&file, &macros};
  static const iocshFuncDef definition = {"dbLoadRecords", 2, arguments,
                                          "Load records from a database file before iocInit.\n"};
  iocshRegister(&definition, loadRecordsCommand);
}

}  // namespace epics_ioc
