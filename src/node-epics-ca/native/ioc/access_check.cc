#include "access_check.h"

#include <asLib.h>
#include <dbAccess.h>
#include <dbBase.h>
#include <dbStaticLib.h>

#include <cstring>
#include <map>
#include <set>
#include <string>

namespace epics_ioc {
namespace {

/// What names of groups of the operating system begin with.
constexpr char kRole[] = "role/";

/// A member of an access security group. The group's name must outlive it.
class Member {
 public:
  explicit Member(const std::string& group) { asAddMember(&member_, group.c_str()); }
  ~Member() {
    if (member_ != nullptr) asRemoveMember(&member_);
  }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  /// Rules count as for a field VAL, which is of level 0.
  bool mayWrite(const std::string& user, std::string host) const {
    ASCLIENTPVT client = nullptr;
    if (asAddClient(&client, member_, ASL0, user.c_str(), host.data()) != 0) return false;
    const bool is_allowed = asCheckPut(client);
    asRemoveClient(&client);
    return is_allowed;
  }

 private:
  ASMEMBERPVT member_ = nullptr;
};

constexpr char kDefaultGroup[] = "DEFAULT";
/// What base writes before a host that it can't look up.
constexpr char kUnresolved[] = "unresolved:";

/// The groups that the access file has; base adds DEFAULT, which has no rules then.
std::set<std::string> groupsOfFile() {
  std::set<std::string> names;
  auto* groups = const_cast<ELLLIST*>(&pasbase->asgList);
  for (auto* group = reinterpret_cast<ASG*>(ellFirst(groups)); group != nullptr;
       group = reinterpret_cast<ASG*>(ellNext(&group->node)))
    if (ellCount(&group->ruleList) > 0 || std::strcmp(group->name, kDefaultGroup) != 0)
      names.insert(group->name);
  return names;
}

/// The groups of all records that are loaded, each with its first record.
std::map<std::string, std::string> groupsOfRecords() {
  std::map<std::string, std::string> groups;
  DBENTRY entry;
  dbInitEntry(pdbbase, &entry);
  for (long type = dbFirstRecordType(&entry); type == 0; type = dbNextRecordType(&entry)) {
    for (long status = dbFirstRecord(&entry); status == 0; status = dbNextRecord(&entry)) {
      if (dbIsAlias(&entry)) continue;
      const auto* record = static_cast<dbCommon*>(entry.precnode->precord);
      groups.emplace(record->asg[0] == '\0' ? kDefaultGroup : record->asg, record->name);
    }
  }
  dbFinishEntry(&entry);
  return groups;
}

}  // namespace

Napi::Value mayWrite(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!asActive) return Napi::Boolean::New(env, true);
  const std::string group = info[0].As<Napi::String>();
  const auto users = info[1].As<Napi::Array>();
  const std::string host = info[2].As<Napi::String>();
  const Member member(group);
  for (std::uint32_t i = 0; i < users.Length(); ++i)
    if (member.mayWrite(users.Get(i).As<Napi::String>(), host)) return Napi::Boolean::New(env, true);
  return Napi::Boolean::New(env, false);
}

Napi::Value accessNamesRoles(const Napi::CallbackInfo& info) {
  bool is_found = false;
  if (asActive) {
    auto* groups = const_cast<ELLLIST*>(&pasbase->uagList);
    for (auto* group = reinterpret_cast<UAG*>(ellFirst(groups)); group != nullptr;
         group = reinterpret_cast<UAG*>(ellNext(&group->node)))
      for (auto* user = reinterpret_cast<UAGNAME*>(ellFirst(&group->list)); user != nullptr;
           user = reinterpret_cast<UAGNAME*>(ellNext(&user->node)))
        is_found = is_found || std::strncmp(user->user, kRole, sizeof(kRole) - 1) == 0;
  }
  return Napi::Boolean::New(info.Env(), is_found);
}

Napi::Value recordsWithoutRules(const Napi::CallbackInfo& info) {
  auto missing = Napi::Array::New(info.Env());
  if (pasbase == nullptr) return missing;
  const std::set<std::string> known = groupsOfFile();
  for (const auto& [group, record] : groupsOfRecords()) {
    if (known.count(group) != 0) continue;
    auto entry = Napi::Object::New(info.Env());
    entry.Set("group", group);
    entry.Set("record", record);
    missing.Set(missing.Length(), entry);
  }
  return missing;
}

Napi::Value unknownHosts(const Napi::CallbackInfo& info) {
  auto names = Napi::Array::New(info.Env());
  if (pasbase == nullptr) return names;
  auto* groups = const_cast<ELLLIST*>(&pasbase->hagList);
  for (auto* group = reinterpret_cast<HAG*>(ellFirst(groups)); group != nullptr;
       group = reinterpret_cast<HAG*>(ellNext(&group->node)))
    for (auto* host = reinterpret_cast<HAGNAME*>(ellFirst(&group->list)); host != nullptr;
         host = reinterpret_cast<HAGNAME*>(ellNext(&host->node)))
      if (std::strncmp(host->host, kUnresolved, sizeof(kUnresolved) - 1) == 0)
        names.Set(names.Length(), std::string(host->host + sizeof(kUnresolved) - 1));
  return names;
}

}  // namespace epics_ioc
