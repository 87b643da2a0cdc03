#include "sample.h"

#include <db_access.h>
#include <epicsTime.h>

#include <cstring>

namespace ca_client {
namespace {

template <typename Ctrl>
void CopyLimits(const Ctrl& from, Metadata& to) {
  to.has_limits = true;
  to.units.assign(from.units, strnlen(from.units, sizeof(from.units)));
  const double limits[Metadata::kLimits] = {
      static_cast<double>(from.lower_disp_limit),    static_cast<double>(from.upper_disp_limit),
      static_cast<double>(from.lower_alarm_limit),   static_cast<double>(from.upper_alarm_limit),
      static_cast<double>(from.lower_warning_limit), static_cast<double>(from.upper_warning_limit),
      static_cast<double>(from.lower_ctrl_limit),    static_cast<double>(from.upper_ctrl_limit)};
  std::memcpy(to.limits, limits, sizeof(limits));
}

std::unique_ptr<Metadata> DecodeMetadata(long type, const void* dbr) {
  auto metadata = std::make_unique<Metadata>();
  switch (type) {
    case DBR_CTRL_SHORT:
      CopyLimits(*static_cast<const dbr_ctrl_short*>(dbr), *metadata);
      break;
    case DBR_CTRL_CHAR:
      CopyLimits(*static_cast<const dbr_ctrl_char*>(dbr), *metadata);
      break;
    case DBR_CTRL_LONG:
      CopyLimits(*static_cast<const dbr_ctrl_long*>(dbr), *metadata);
      break;
    case DBR_CTRL_FLOAT: {
      const auto& ctrl = *static_cast<const dbr_ctrl_float*>(dbr);
      CopyLimits(ctrl, *metadata);
      metadata->precision = ctrl.precision;
      break;
    }
    case DBR_CTRL_DOUBLE: {
      const auto& ctrl = *static_cast<const dbr_ctrl_double*>(dbr);
      CopyLimits(ctrl, *metadata);
      metadata->precision = ctrl.precision;
      break;
    }
    case DBR_CTRL_ENUM: {
      const auto& ctrl = *static_cast<const dbr_ctrl_enum*>(dbr);
      for (int i = 0; i < ctrl.no_str && i < MAX_ENUM_STATES; ++i) {
        metadata->states.emplace_back(ctrl.strs[i], strnlen(ctrl.strs[i], MAX_ENUM_STRING_SIZE));
      }
      break;
    }
    default:  // strings have none
      break;
  }
  return metadata;
}

double ToUnixMs(const epicsTimeStamp& stamp) {
  return (static_cast<double>(stamp.secPastEpoch) + POSIX_TIME_AT_EPICS_EPOCH) * 1e3 + stamp.nsec / 1e6;
}

}  // namespace

std::size_t ElementBytes(long base_type) {
  return base_type >= DBR_STRING && base_type <= DBR_DOUBLE ? dbr_value_size[base_type] : 0;
}

Sample DecodeSample(const event_handler_args& args, bool is_array) {
  Sample sample;
  sample.base_type = args.type % (LAST_TYPE + 1);
  sample.count = static_cast<std::uint32_t>(args.count);
  sample.is_array = is_array;
  // Every compound type starts with the two.
  const auto* alarm = static_cast<const dbr_sts_string*>(args.dbr);
  sample.status = alarm->status;
  sample.severity = alarm->severity;
  if (dbr_type_is_TIME(args.type)) {
    sample.time_ms = ToUnixMs(static_cast<const dbr_time_string*>(args.dbr)->stamp);
  } else if (dbr_type_is_CTRL(args.type)) {
    sample.metadata = DecodeMetadata(args.type, args.dbr);
  }
  const auto* values = static_cast<const char*>(args.dbr) + dbr_value_offset[args.type];
  sample.values = Bytes(values, sample.count * ElementBytes(sample.base_type));
  return sample;
}

}  // namespace ca_client
