#pragma once

#include <string>

namespace epics_ioc {

/// What dbLoadRecords would die of, by line: after a bad name of a record base's parser goes on with the rest
/// of the line, and its fields have no record. Also macros that are undefined outside comments, which base
/// only warns of. Blank when there is none; dbLoadRecords judges all else. Reads as base does: macLib, lines
/// of at most 1023 bytes, `include`, `path` and `addpath`.
std::string checkDatabase(const std::string& file, const std::string& macros);

/// dbLoadRecords for iocsh in place of base's, refusing what checkDatabase() finds. dbLoadTemplate calls
/// base's.
void registerCheckedLoadRecords();

}  // namespace epics_ioc
