#define USE_TYPED_DSET
#define USE_TYPED_RSET
#include "device_support.h"

#include <aiRecord.h>
#include <alarm.h>
#include <callback.h>
#include <dbAccess.h>
#include <devSup.h>
#include <epicsTime.h>
#include <menuScan.h>
#include <recGbl.h>
#include <recSup.h>
#include <registryDeviceSupport.h>

#include <cmath>
#include <utility>

#include "busy_record.h"
#include "extended_support.h"
#include "ioc_state.h"
#include "write_flight.h"

namespace epics_ioc {
namespace {

DeviceRecord* deviceOf(const dbCommon* record) { return static_cast<DeviceRecord*>(record->dpvt); }

/// Array records call this in two passes.
long initRecord(dbCommon* record) {
  if (record->dpvt != nullptr) return 0;
  auto& by_name = IocState::instance().by_name;
  const auto found = by_name.find(record->name);
  if (found == by_name.end()) {
    recGblRecordError(S_db_notFound, record, "the record isn't known to the application");
    return S_db_notFound;
  }
  found->second->record = record;
  found->second->is_defined = !record->udf;
  record->dpvt = found->second;
  if (record->tse == 0 && record->tsel.type == CONSTANT) record->tse = epicsTimeEventDeviceTime;
  return 0;
}

/// An ai is undefined while its value is NaN, and becomes so when it is processed before anything was posted.
long initAi(dbCommon* record) {
  if (record->udf) reinterpret_cast<aiRecord*>(record)->val = std::nan("");
  return initRecord(record);
}

/// Values of ao, bo, mbbo aren't converted from a raw value.
long initUnconverted(dbCommon* record) {
  const long status = initRecord(record);
  return status == 0 ? 2 : status;
}

long initLongString(dbCommon* record) {
  noteRequests(record);
  return initRecord(record);
}

long initNumberOut(dbCommon* record) {
  tellControlLimits(record);
  return initRecord(record);
}

long initAo(dbCommon* record) {
  tellControlLimits(record);
  return initUnconverted(record);
}

/// Reads of longin and int64in, which take 0 for a defined value, and hand anything else to the client as the
/// failure of its put. So a value that nobody posted yet is marked by the alarm alone.
long readInteger(dbCommon* record) {
  const auto& device = *deviceOf(record);
  raiseAlarm(device);
  if (!device.is_defined) recGblSetSevr(record, UDF_ALARM, record->udfs);
  return 0;
}

long readArray(dbCommon* record) {
  auto& device = *deviceOf(record);
  storeStaged(device);
  raiseAlarm(device);
  return 0;
}

/// Reads of ai, bi and mbbi, where 2 means "don't convert a raw value".
long readUnconverted(dbCommon* record) {
  raiseAlarm(*deviceOf(record));
  return 2;
}

long readText(dbCommon* record) {
  raiseAlarm(*deviceOf(record));
  return 0;
}

long write(dbCommon* record) {
  auto& device = *deviceOf(record);
  storeStaged(device);
  if (device.posting || device.flight != 0) {
    raiseAlarm(device);
    return 0;
  }
  stampNow(record);
  const long status = beginWrite(device);
  if (status == 0) record->pact = 1;
  return status;
}

long writeBusy(BusyRecord* busy) {
  auto& device = *deviceOf(&busy->common);
  if (device.posting) {
    raiseAlarm(device);
    return device.flight != 0 ? kBusyHeld : 0;
  }
  stampNow(&busy->common);
  if (device.flight == 0) {
    if (busy->val == 0) {
      raiseAlarm(device);
      return 0;
    }
    device.alarm = DeviceAlarm{};
    const long status = beginWrite(device);
    if (status == 0) return kBusyHeld;
    busy->val = 0;
    return status;
  }
  if (busy->val == 0) beginCancel(device);
  return kBusyHeld;
}

/// A link without PP, or a put while the record is disabled, changes VAL only: nothing runs, so nothing may
/// be shown. Runs when whoever put has let go of the record.
void undoUnprocessedPut(epicsCallback* callback) {
  void* user = nullptr;
  callbackGetUser(user, callback);
  auto* busy = static_cast<BusyRecord*>(user);
  const RecordLock lock(&busy->common);
  deviceOf(&busy->common)->is_put_check_queued = false;
  if (!busy->common.pact) busy->val = busy->mlst;
}

void putBusy(BusyRecord* busy) {
  auto& device = *deviceOf(&busy->common);
  if (device.is_put_check_queued || busy->common.scan != menuScanPassive) return;
  callbackSetCallback(undoUnprocessedPut, &device.put_check);
  callbackSetPriority(priorityLow, &device.put_check);
  callbackSetUser(busy, &device.put_check);
  device.is_put_check_queued = callbackRequest(&device.put_check) == 0;
}

struct DeviceSupport {
  typed_dset common;
  long (*transfer)(dbCommon* record);
  long (*convert)(dbCommon* record, int pass);
};
#define DEVICE_SUPPORT(count, init, transfer) {{count, nullptr, nullptr, init, nullptr}, transfer, nullptr}
DeviceSupport ai_support = DEVICE_SUPPORT(6, initAi, readUnconverted);
DeviceSupport state_in_support = DEVICE_SUPPORT(5, initRecord, readUnconverted);
DeviceSupport number_in_support = DEVICE_SUPPORT(5, initRecord, readInteger);
DeviceSupport text_in_support = DEVICE_SUPPORT(5, initRecord, readText);
DeviceSupport array_in_support = DEVICE_SUPPORT(5, initRecord, readArray);
DeviceSupport unconverted_out_support = DEVICE_SUPPORT(6, initUnconverted, write);
DeviceSupport out_support = DEVICE_SUPPORT(5, initRecord, write);
DeviceSupport ao_support = DEVICE_SUPPORT(6, initAo, write);
DeviceSupport number_out_support = DEVICE_SUPPORT(5, initNumberOut, write);
DeviceSupport long_string_out_support = DEVICE_SUPPORT(5, initLongString, write);
DeviceSupport array_out_support = DEVICE_SUPPORT(5, initRecord, write);
#undef DEVICE_SUPPORT
BusyDeviceSupport busy_support = {{6, nullptr, nullptr, initRecord, nullptr}, writeBusy, putBusy};

}  // namespace

void registerDeviceSupport() {
  const std::pair<const char*, void*> tables[] = {
      {"devNodeAi", &ai_support},
      {"devNodeAo", &ao_support},
      {"devNodeBi", &state_in_support},
      {"devNodeBo", &unconverted_out_support},
      {"devNodeMbbi", &state_in_support},
      {"devNodeMbbo", &unconverted_out_support},
      {"devNodeLongin", &number_in_support},
      {"devNodeLongout", &number_out_support},
      {"devNodeInt64in", &number_in_support},
      {"devNodeInt64out", &number_out_support},
      {"devNodeStringin", &text_in_support},
      {"devNodeStringout", &out_support},
      {"devNodeLsi", &text_in_support},
      {"devNodeLso", &long_string_out_support},
      {"devNodeWaveform", &array_in_support},
      {"devNodeAai", &array_in_support},
      {"devNodeAao", &array_out_support},
      {"devNodeBusy", &busy_support},
  };
  for (const auto& [name, table] : tables)
    if (registryDeviceSupportFind(name) == nullptr)
      registryDeviceSupportAdd(name, static_cast<const dset*>(table));
}

}  // namespace epics_ioc
