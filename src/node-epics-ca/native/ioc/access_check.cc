#include "access_check.h"

#include <asLib.h>
#include <dbBase.h>

#include <string>

namespace epics_ioc {
namespace {

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

}  // namespace epics_ioc
