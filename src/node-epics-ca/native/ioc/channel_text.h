#pragma once

#include <cstdint>
#include <string>

struct dbChannel;

namespace epics_ioc {

/// Value of a channel as text: the whole of a long string or array of characters, doubles with all their
/// digits, arrays joined by commas (at most the first 16 elements). The channel's record must not be locked
/// by another thread that waits for this one.
std::string textOfChannel(const dbChannel* channel);

/// A Channel Access request buffer (ca/db_access.h type) as text; the index of a state or choice as its
/// label.
std::string textOfRequest(const dbChannel* channel, int dbr_type, const void* data, long elements);

/// A field by name, "RECORD.FIELD" or "RECORD".
/// @throws std::runtime_error when there is no such field, or it can't be read
std::string readField(const std::string& name);

/// Put text to a field, as dbPutField does: the record is processed when the field says so. Numbers are
/// decimal.
/// @throws std::runtime_error when there is no such field, or it doesn't take the text
void writeField(const std::string& name, const std::string& text);

}  // namespace epics_ioc
