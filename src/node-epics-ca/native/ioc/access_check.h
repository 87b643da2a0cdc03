#pragma once

#include <napi.h>

namespace epics_ioc {

/// mayWrite(group, users, host): boolean
/// Whether access security lets one of the users put, from this host, to a record of the group; true when it
/// is off. On the JavaScript thread; takes the lock of access security, for microseconds.
Napi::Value mayWrite(const Napi::CallbackInfo& info);

/// accessNamesRoles(): boolean. Whether a rule of the access file may depend on the groups of an account.
Napi::Value accessNamesRoles(const Napi::CallbackInfo& info);

/// recordsWithoutRules(): {group, record}[]
/// The groups that records are in and the access file has no rules for, each with one record. After
/// setAccessSecurity, before iocBuild.
Napi::Value recordsWithoutRules(const Napi::CallbackInfo& info);

/// unknownHosts(): string[]. The hosts of HAGs whose names could not be looked up: nobody comes from there.
Napi::Value unknownHosts(const Napi::CallbackInfo& info);

}  // namespace epics_ioc
