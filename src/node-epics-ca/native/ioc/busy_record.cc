#define USE_TYPED_DSET
#define USE_TYPED_RSET
#include "busy_record.h"

#include <alarm.h>
#include <caeventmask.h>
#include <cantProceed.h>
#include <dbAccess.h>
#include <dbEvent.h>
#include <dbLink.h>
#include <dbStaticLib.h>
#include <menuIvoa.h>
#include <menuOmsl.h>
#include <menuYesNo.h>
#include <recGbl.h>
#include <recSup.h>
#include <registryDeviceSupport.h>
#include <registryRecordType.h>
#include <special.h>

#include <cstddef>
#include <cstring>

namespace epics_ioc {
namespace {

struct Field {
  const char* name;
  std::size_t size;
  std::size_t offset;
};
#define BUSY_FIELD(NAME, member) {#NAME, sizeof(BusyRecord::member), offsetof(BusyRecord, member)}
constexpr Field kFields[] = {
    BUSY_FIELD(VAL, val),   BUSY_FIELD(OMSL, omsl), BUSY_FIELD(DOL, dol),   BUSY_FIELD(OUT, out),
    BUSY_FIELD(HIGH, high), BUSY_FIELD(ZNAM, znam), BUSY_FIELD(ONAM, onam), BUSY_FIELD(RVAL, rval),
    BUSY_FIELD(ORAW, oraw), BUSY_FIELD(MASK, mask), BUSY_FIELD(RPVT, rpvt), BUSY_FIELD(WDPT, wdpt),
    BUSY_FIELD(ZSV, zsv),   BUSY_FIELD(OSV, osv),   BUSY_FIELD(COSV, cosv), BUSY_FIELD(RBV, rbv),
    BUSY_FIELD(ORBV, orbv), BUSY_FIELD(MLST, mlst), BUSY_FIELD(LALM, lalm), BUSY_FIELD(OVAL, oval),
    BUSY_FIELD(SIOL, siol), BUSY_FIELD(SIML, siml), BUSY_FIELD(SIMM, simm), BUSY_FIELD(SIMS, sims),
    BUSY_FIELD(IVOA, ivoa), BUSY_FIELD(IVOV, ivov),
};
#undef BUSY_FIELD

/// Where the fields that have a meaning of their own stand in the dbd file.
int value_index = -1;
int high_index = -1;

dbFldDes* findField(dbRecordType* type, const char* name) {
  for (int i = 0; i < type->no_fields; ++i)
    if (std::strcmp(type->papFldDes[i]->name, name) == 0) return type->papFldDes[i];
  return nullptr;
}

/// Fields of dbCommon lie alike in every record type, so a type that is already registered tells where.
int sizeOffset(dbRecordType* type) {
  DBENTRY entry;
  dbInitEntry(pdbbase, &entry);
  dbRecordType* model = dbFindRecordType(&entry, "bo") == 0 ? entry.precordType : nullptr;
  dbFinishEntry(&entry);
  if (model == nullptr) cantProceed("busy: base.dbd must be loaded and registered first\n");
  for (int i = 0; i < type->no_fields; ++i) {
    dbFldDes* field = type->papFldDes[i];
    const dbFldDes* common = i < model->no_fields ? model->papFldDes[i] : nullptr;
    if (std::strcmp(field->name, "VAL") == 0) break;
    if (common == nullptr || std::strcmp(field->name, common->name) != 0)
      cantProceed("busy: field %s of the dbd file isn't one of dbCommon\n", field->name);
    field->size = common->size;
    field->offset = common->offset;
  }
  for (const Field& field : kFields) {
    dbFldDes* description = findField(type, field.name);
    if (description == nullptr) cantProceed("busy: the dbd file has no field %s\n", field.name);
    description->size = static_cast<short>(field.size);
    description->offset = static_cast<unsigned short>(field.offset);
  }
  value_index = findField(type, "VAL")->indRecordType;
  high_index = findField(type, "HIGH")->indRecordType;
  type->rec_size = sizeof(BusyRecord);
  return 0;
}

constexpr unsigned kValueEvents = DBE_VALUE | DBE_LOG;

BusyRecord* asBusy(void* record) { return static_cast<BusyRecord*>(record); }

/// What goes to the hardware: the bits of MASK, or VAL itself.
void convert(BusyRecord* record) {
  record->rval = record->mask == 0 || record->val == 0 ? record->val : record->mask;
}

/// HIGH has run out: as if 0 had been put.
void highElapsed(epicsCallback* callback) {
  void* user = nullptr;
  callbackGetUser(user, callback);
  auto* record = asBusy(user);
  dbScanLock(&record->common);
  if (record->common.pact == 0 && record->val == 1) {
    record->val = 0;
    dbProcess(&record->common);
  }
  dbScanUnlock(&record->common);
}

long initRecord(dbCommon* common, int pass) {
  auto* record = asBusy(common);
  if (pass == 0) return 0;
  auto* support = reinterpret_cast<BusyDeviceSupport*>(common->dset);
  if (support == nullptr || support->common.number < 5 || support->write_busy == nullptr) {
    recGblRecordError(S_dev_noDSET, record, "busy: init_record");
    return S_dev_noDSET;
  }
  recGblInitConstantLink(&record->siml, DBF_USHORT, &record->simm);
  epicsUInt16 initial = 0;
  if (recGblInitConstantLink(&record->dol, DBF_USHORT, &initial)) {
    record->val = initial != 0;
    common->udf = 0;
  }
  auto* callback = new epicsCallback{};
  callbackSetCallback(highElapsed, callback);
  callbackSetUser(record, callback);
  record->rpvt = callback;
  if (support->common.init_record != nullptr) {
    const long status = support->common.init_record(common);
    if (status != 0) return status;
  }
  convert(record);
  return 0;
}

void checkAlarms(BusyRecord* record) {
  if (record->common.udf) recGblSetSevr(record, UDF_ALARM, record->common.udfs);
  recGblSetSevr(record, STATE_ALARM, record->val == 0 ? record->zsv : record->osv);
  if (record->val == record->lalm) return;
  recGblSetSevr(record, COS_ALARM, record->cosv);
  record->lalm = record->val;
}

long writeValue(BusyRecord* record) {
  if (dbGetLink(&record->siml, DBR_USHORT, &record->simm, nullptr, nullptr) != 0) return -1;
  if (record->simm == menuYesNoNO)
    return reinterpret_cast<BusyDeviceSupport*>(record->common.dset)->write_busy(record);
  if (record->simm != menuYesNoYES) {
    recGblSetSevr(record, SOFT_ALARM, INVALID_ALARM);
    return -1;
  }
  recGblSetSevr(record, SIMM_ALARM, record->sims);
  return dbPutLink(&record->siol, DBR_USHORT, &record->val, 1);
}

long writeUnlessInvalid(BusyRecord* record) {
  if (record->common.nsev < INVALID_ALARM || record->ivoa == menuIvoaContinue_normally)
    return writeValue(record);
  if (record->ivoa == menuIvoaDon_t_drive_outputs) return 0;
  record->val = record->ivov;
  convert(record);
  return writeValue(record);
}

void postMonitors(BusyRecord* record) {
  unsigned mask = recGblResetAlarms(record);
  if (record->mlst != record->val) {
    mask |= kValueEvents;
    record->mlst = record->val;
  }
  if (mask) db_post_events(record, &record->val, mask);
  if (record->oraw != record->rval) {
    db_post_events(record, &record->rval, mask | kValueEvents);
    record->oraw = record->rval;
  }
  if (record->orbv == record->rbv) return;
  db_post_events(record, &record->rbv, mask | kValueEvents);
  record->orbv = record->rbv;
}

long process(dbCommon* common) {
  auto* record = asBusy(common);
  common->pact = 1;
  if (!dbLinkIsConstant(&record->dol) && record->omsl == menuOmslclosed_loop) {
    epicsUInt16 value = 0;
    if (dbGetLink(&record->dol, DBR_USHORT, &value, nullptr, nullptr) == 0) {
      record->val = value;
      common->udf = 0;
    } else {
      recGblSetSevr(record, LINK_ALARM, INVALID_ALARM);
    }
  }
  convert(record);
  record->oval = record->val;
  checkAlarms(record);
  const long status = writeUnlessInvalid(record);
  if (status == kBusyHeld) record->val = 1;
  convert(record);
  recGblGetTimeStamp(record);
  // Each put of 1 begins the time anew.
  if (record->val == 1 && record->high > 0) {
    auto* callback = static_cast<epicsCallback*>(record->rpvt);
    callbackSetPriority(common->prio, callback);
    callbackRequestDelayed(callback, record->high);
  }
  postMonitors(record);
  // A put of 0 that IVOV has made 1 counts as done; one that only asks to cancel doesn't.
  if (record->val == 0 || (record->oval == 0 && status != kBusyHeld)) recGblFwdLink(record);
  common->pact = 0;
  return status < 0 ? status : 0;
}

long special(DBADDR* address, int is_after) {
  if (!is_after || address->special != SPC_MOD) return 0;
  auto* record = asBusy(address->precord);
  const auto* support = reinterpret_cast<const BusyDeviceSupport*>(record->common.dset);
  if (support != nullptr && support->common.number >= 6) support->put_busy(record);
  return 0;
}

// The address of a monitor's update has in `pfield` a copy of the value: only the field's index tells what it
// is of.

long getPrecision(const DBADDR* address, long* precision) {
  if (dbGetFieldIndex(address) == high_index)
    *precision = 2;
  else
    recGblGetPrec(address, precision);
  return 0;
}

bool isValue(const DBADDR* address) { return dbGetFieldIndex(address) == value_index; }

constexpr char kIllegalValue[] = "Illegal_Value";

long getEnumString(const DBADDR* address, char* text) {
  const auto* record = asBusy(address->precord);
  const epicsEnum16 value = isValue(address) ? *static_cast<const epicsEnum16*>(address->pfield) : 2;
  if (value > 1) {
    std::memcpy(text, kIllegalValue, sizeof(kIllegalValue));
    return 0;
  }
  std::memcpy(text, value == 0 ? record->znam : record->onam, sizeof(record->znam));
  text[sizeof(record->znam)] = '\0';
  return 0;
}

long getEnumStrings(const DBADDR* address, dbr_enumStrs* states) {
  auto* record = asBusy(address->precord);
  std::memset(states->strs, 0, sizeof(states->strs));
  std::memcpy(states->strs[0], record->znam, sizeof(record->znam));
  std::memcpy(states->strs[1], record->onam, sizeof(record->onam));
  states->no_str = record->onam[0] == '\0' && record->znam[0] != '\0' ? 1 : 2;
  return 0;
}

long putEnumString(const DBADDR* address, const char* text) {
  auto* record = asBusy(address->precord);
  if (!isValue(address)) return S_db_badField;
  if (std::strncmp(text, record->znam, sizeof(record->znam)) == 0)
    record->val = 0;
  else if (std::strncmp(text, record->onam, sizeof(record->onam)) == 0)
    record->val = 1;
  else
    return S_db_badChoice;
  return 0;
}

typed_rset record_support = {RSETNUMBER,    nullptr,        nullptr,       initRecord, process, special,
                             nullptr,       nullptr,        nullptr,       nullptr,    nullptr, getPrecision,
                             getEnumString, getEnumStrings, putEnumString, nullptr,    nullptr, nullptr};
recordTypeLocation location = {&record_support, sizeOffset};

/// "Soft Channel": the record is busy until somebody puts 0; every change goes out through OUT.
long writeSoft(BusyRecord* record) { return dbPutLink(&record->out, DBR_USHORT, &record->val, 1); }
BusyDeviceSupport soft_support = {{5, nullptr, nullptr, nullptr, nullptr}, writeSoft, nullptr};

/// "Raw Soft Channel": the same with RVAL.
long writeSoftRaw(BusyRecord* record) { return dbPutLink(&record->out, DBR_LONG, &record->rval, 1); }
BusyDeviceSupport soft_raw_support = {{5, nullptr, nullptr, nullptr, nullptr}, writeSoftRaw, nullptr};

}  // namespace

void registerBusyRecord() {
  DBENTRY entry;
  dbInitEntry(pdbbase, &entry);
  if (dbFindRecordType(&entry, "busy") == 0 && registryRecordTypeFind("busy") == nullptr) {
    registryRecordTypeAdd("busy", &location);
    location.sizeOffset(entry.precordType);
    registryDeviceSupportAdd("devBusySoft", reinterpret_cast<const dset*>(&soft_support));
    registryDeviceSupportAdd("devBusySoftRaw", reinterpret_cast<const dset*>(&soft_raw_support));
  }
  dbFinishEntry(&entry);
}

}  // namespace epics_ioc
