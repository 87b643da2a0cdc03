#pragma once

#include <callback.h>
#include <dbCommon.h>
#include <devSup.h>

namespace epics_ioc {

/// The `busy` record, with the fields that busy.dbd declares.
///
/// Like a bo whose forward link, and with it the answer to a put with completion, is held back while the
/// value is 1. PACT stays 0 all that time, so that a plain put of 0 is processed at once.
struct BusyRecord {
  dbCommon common;
  epicsEnum16 val;
  epicsEnum16 omsl;
  DBLINK dol;
  DBLINK out;
  epicsFloat64 high;
  char znam[26];
  char onam[26];
  epicsUInt32 rval;
  epicsUInt32 oraw;
  epicsUInt32 mask;
  void* rpvt;
  void* wdpt;
  epicsEnum16 zsv;
  epicsEnum16 osv;
  epicsEnum16 cosv;
  epicsUInt32 rbv;
  epicsUInt32 orbv;
  epicsUInt16 mlst;
  epicsUInt16 lalm;
  epicsUInt32 oval;
  DBLINK siol;
  DBLINK siml;
  epicsEnum16 simm;
  epicsEnum16 sims;
  epicsEnum16 ivoa;
  epicsUInt16 ivov;
};

/// What write_busy returns while the operation goes on: the record shows 1 and holds its forward link.
constexpr long kBusyHeld = 1;

/// Device support entry table of the busy record.
struct BusyDeviceSupport {
  typed_dset common;
  long (*write_busy)(BusyRecord* record);  // 0, kBusyHeld, or negative for failure
  /// With `number` 6: VAL was put, and may be processed next. The caller holds the record's lock.
  void (*put_busy)(BusyRecord* record);
};

/// Announce the record type and its "Soft Channel" and "Raw Soft Channel" support to the registries. After
/// base.dbd is loaded and registered.
void registerBusyRecord();

}  // namespace epics_ioc
