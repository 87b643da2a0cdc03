#include "access_check.h"

#include <asLib.h>
#include <dbBase.h>

#include <cstring>
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

}  // namespace epics_ioc
