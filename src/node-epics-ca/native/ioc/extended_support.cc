#define USE_TYPED_RSET
#include "extended_support.h"

#include <dbAccess.h>
#include <dbBase.h>
#include <dbFldTypes.h>
#include <recSup.h>

#include <unordered_map>

#include "ioc_state.h"

namespace epics_ioc {
namespace {

/// Record support of a type, as base has it, and with ours in place of some of it.
struct Support {
  rset base;
  rset extended;
};

/// Changed in iocBuild only.
std::unordered_map<const dbRecordType*, Support>& supports() {
  static auto* by_type = new std::unordered_map<const dbRecordType*, Support>();
  return *by_type;
}

rset& extend(dbCommon* record) {
  dbRecordType* type = record->rdes;
  const auto [found, is_new] = supports().try_emplace(type);
  Support& support = found->second;
  if (is_new) {
    support.base = support.extended = *type->prset;
    type->prset = &support.extended;
  }
  return support.extended;
}

const rset& baseOf(const dbAddr* address) { return supports().at(address->precord->rdes).base; }

/// Null for a record of other device support.
DeviceRecord* deviceOf(const dbAddr* address) {
  const auto& by_name = IocState::instance().by_name;
  const auto found = by_name.find(address->precord->name);
  return found == by_name.end() ? nullptr : found->second;
}

/// Called while the record is locked, before and after its value is changed.
long noteRequest(dbAddr* address, int after) {
  DeviceRecord* device = deviceOf(address);
  if (after && device != nullptr) device->was_put_as_string = address->field_type == DBF_STRING;
  const auto special = baseOf(address).special;
  return special == nullptr ? 0 : special(address, after);
}

long controlLimits(dbAddr* address, dbr_ctrlDouble* limits) {
  const rset& base = baseOf(address);
  const long status = base.get_control_double(address, limits);
  const bool is_value = address->pfldDes == address->precord->rdes->pvalFldDes;
  const bool has_drive_limits = limits->upper_ctrl_limit > limits->lower_ctrl_limit;
  if (status != 0 || !is_value || has_drive_limits || deviceOf(address) == nullptr) return status;
  dbr_grDouble display{};
  if (base.get_graphic_double(address, &display) != 0) return status;
  limits->upper_ctrl_limit = display.upper_disp_limit;
  limits->lower_ctrl_limit = display.lower_disp_limit;
  return 0;
}

}  // namespace

void noteRequests(dbCommon* record) { extend(record).special = noteRequest; }

void tellControlLimits(dbCommon* record) { extend(record).get_control_double = controlLimits; }

}  // namespace epics_ioc
