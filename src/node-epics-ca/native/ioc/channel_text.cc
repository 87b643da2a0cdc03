#define USE_TYPED_RSET
#include "channel_text.h"

#include <dbAccess.h>
#include <dbChannel.h>
#include <dbFldTypes.h>
#include <errSymTbl.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "old_request_type.h"

namespace epics_ioc {
namespace {

constexpr long kMostElements = 16;

struct ChannelDeleter {
  void operator()(dbChannel* channel) const { dbChannelDelete(channel); }
};
using Channel = std::unique_ptr<dbChannel, ChannelDeleter>;

Channel openChannel(const std::string& name) {
  Channel channel(dbChannelCreate(name.c_str()));
  if (channel == nullptr || dbChannelOpen(channel.get()) != 0)
    throw std::runtime_error("there is no field " + name + " in the IOC");
  return channel;
}

template <typename Number>
std::string digits(Number number) {
  char buffer[40];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), number);
  return std::string(buffer, result.ptr);
}

template <typename Number>
std::string join(const void* data, long elements) {
  const auto* numbers = static_cast<const Number*>(data);
  std::string text;
  for (long i = 0; i < std::min(elements, kMostElements); ++i) {
    if (i > 0) text += ',';
    if constexpr (sizeof(Number) == 1)
      text += digits(static_cast<int>(numbers[i]));
    else
      text += digits(numbers[i]);
  }
  return text;
}

std::string joinStrings(const void* data, long elements) {
  const auto* strings = static_cast<const char*>(data);
  std::string text;
  for (long i = 0; i < std::min(elements, kMostElements); ++i) {
    if (i > 0) text += ',';
    text.append(strings + i * MAX_STRING_SIZE, strnlen(strings + i * MAX_STRING_SIZE, MAX_STRING_SIZE));
  }
  return text;
}

/// Name of the field as an array of characters.
std::string charactersOf(const std::string& name) {
  return name + (name.find('.') == std::string::npos ? ".VAL$" : "$");
}

/// Text fields: those that "$" makes an array of characters.
bool isText(const dbChannel* channel) {
  const int type = dbChannelFieldType(channel);
  return type == DBF_STRING || (type >= DBF_INLINK && type <= DBF_FWDLINK);
}

std::string readCharacters(const dbChannel* channel) {
  long length = dbChannelElements(channel);
  std::vector<char> buffer(static_cast<std::size_t>(length) + 1, '\0');
  if (dbChannelGetField(const_cast<dbChannel*>(channel), DBR_CHAR, buffer.data(), nullptr, &length,
                        nullptr) != 0)
    throw std::runtime_error(std::string(dbChannelName(channel)) + " can't be read");
  return std::string(buffer.data(), strnlen(buffer.data(), static_cast<std::size_t>(length)));
}

template <typename Number>
std::string readNumbers(const dbChannel* channel, short request_type) {
  long elements = std::min(dbChannelElements(channel), kMostElements);
  std::vector<Number> numbers(static_cast<std::size_t>(elements));
  if (dbChannelGetField(const_cast<dbChannel*>(channel), request_type, numbers.data(), nullptr, &elements,
                        nullptr) != 0)
    throw std::runtime_error(std::string(dbChannelName(channel)) + " can't be read");
  return join<Number>(numbers.data(), elements);
}

std::string readStrings(const dbChannel* channel) {
  long elements = std::min(dbChannelElements(channel), kMostElements);
  std::vector<char> strings(static_cast<std::size_t>(elements) * MAX_STRING_SIZE);
  if (dbChannelGetField(const_cast<dbChannel*>(channel), DBR_STRING, strings.data(), nullptr, &elements,
                        nullptr) != 0)
    throw std::runtime_error(std::string(dbChannelName(channel)) + " can't be read");
  return joinStrings(strings.data(), elements);
}

std::string readChannel(const dbChannel* channel) {
  switch (dbChannelFieldType(channel)) {
    case DBF_CHAR:
    case DBF_UCHAR:
      return dbChannelElements(channel) > 1 ? readCharacters(channel)
                                            : readNumbers<std::int64_t>(channel, DBR_INT64);
    case DBF_FLOAT:
      return readNumbers<float>(channel, DBR_FLOAT);
    case DBF_DOUBLE:
      return readNumbers<double>(channel, DBR_DOUBLE);
    case DBF_UINT64:
      return readNumbers<std::uint64_t>(channel, DBR_UINT64);
    case DBF_ENUM:
    case DBF_MENU:
    case DBF_DEVICE:
    case DBF_STRING:
      return readStrings(channel);
    default:
      return readNumbers<std::int64_t>(channel, DBR_INT64);
  }
}

/// The whole number that a client puts; -1 when it puts something else.
long indexOf(OldRequestType type, const void* data) {
  switch (type) {
    case OldRequestType::kShort:
      return *static_cast<const std::int16_t*>(data);
    case OldRequestType::kEnum:
      return *static_cast<const std::uint16_t*>(data);
    case OldRequestType::kLong:
      return *static_cast<const std::int32_t*>(data);
    case OldRequestType::kDouble: {
      const double number = *static_cast<const double*>(data);
      return number >= 0 && number < DB_MAX_CHOICES && number == std::floor(number)
                 ? static_cast<long>(number)
                 : -1;
    }
    default:
      return -1;
  }
}

/// What a state or a menu's choice is called; blank for any other field. Takes no lock: it is called where
/// base holds one.
std::string labelOf(const dbChannel* channel, long index) {
  const int type = dbChannelFieldType(channel);
  if (index < 0 || (type != DBF_ENUM && type != DBF_MENU)) return "";
  struct {
    dbr_enumStrs labels;
    epicsEnum16 value;
  } read{};
  long options = DBR_ENUM_STRS;
  long elements = 1;
  if (dbChannelGet(const_cast<dbChannel*>(channel), DBR_ENUM, &read, &options, &elements, nullptr) != 0 ||
      index >= static_cast<long>(read.labels.no_str))
    return "";
  const auto& label = read.labels.strs[index];
  return std::string(label, strnlen(label, sizeof(label)));
}

void put(dbChannel* channel, short request_type, const void* data, long elements, const std::string& text) {
  const long status = dbChannelPutField(channel, request_type, data, elements);
  if (status == 0) return;
  char reason[128] = "";
  errSymLookup(status, reason, sizeof(reason));
  throw std::runtime_error(std::string(dbChannelName(channel)) + " doesn't take \"" + text + "\": " + reason);
}

[[noreturn]] void notNumber(const dbChannel* channel, const std::string& text) {
  throw std::runtime_error(std::string(dbChannelName(channel)) + " doesn't take \"" + text +
                           "\": not a decimal number");
}

}  // namespace

std::string textOfChannel(const dbChannel* channel) {
  try {
    const bool is_whole = isText(channel) && dbChannelElements(channel) == 1;
    return is_whole
               ? readField(std::string(dbChannelRecord(channel)->name) + "." + dbChannelFldDes(channel)->name)
               : readChannel(channel);
  } catch (const std::runtime_error&) {
    return "";
  }
}

std::string textOfRequest(const dbChannel* channel, int dbr_type, const void* data, long elements) {
  if (elements == 1) {
    const std::string label = labelOf(channel, indexOf(static_cast<OldRequestType>(dbr_type), data));
    if (!label.empty()) return label;
  }
  switch (static_cast<OldRequestType>(dbr_type)) {
    case OldRequestType::kString:
      return joinStrings(data, elements);
    case OldRequestType::kShort:
      return join<std::int16_t>(data, elements);
    case OldRequestType::kFloat:
      return join<float>(data, elements);
    case OldRequestType::kEnum:
      return join<std::uint16_t>(data, elements);
    case OldRequestType::kChar:
      if (dbChannelElements(channel) > 1)
        return std::string(static_cast<const char*>(data), strnlen(static_cast<const char*>(data), elements));
      return join<std::uint8_t>(data, elements);
    case OldRequestType::kLong:
      return join<std::int32_t>(data, elements);
    case OldRequestType::kDouble:
      return join<double>(data, elements);
  }
  return "";
}

std::string readField(const std::string& name) {
  const Channel channel = openChannel(name);
  if (isText(channel.get()) && dbChannelElements(channel.get()) == 1)
    return readCharacters(openChannel(charactersOf(name)).get());
  return readChannel(channel.get());
}

void writeField(const std::string& name, const std::string& text) {
  const Channel channel = openChannel(name);
  const int type = dbChannelFieldType(channel.get());
  if (isText(channel.get()) && dbChannelElements(channel.get()) == 1) {
    const Channel characters = openChannel(charactersOf(name));
    if (static_cast<long>(text.size()) >= dbChannelElements(characters.get()))
      throw std::runtime_error(name + " holds " + std::to_string(dbChannelElements(characters.get()) - 1) +
                               " characters: the text has " + std::to_string(text.size()));
    put(characters.get(), DBR_CHAR, text.c_str(), static_cast<long>(text.size()) + 1, text);
    return;
  }
  if (type == DBF_ENUM || type == DBF_MENU || type == DBF_DEVICE || type == DBF_STRING) {
    char buffer[MAX_STRING_SIZE] = "";
    if (text.size() >= sizeof(buffer)) notNumber(channel.get(), text);
    text.copy(buffer, sizeof(buffer) - 1);
    put(channel.get(), DBR_STRING, buffer, 1, text);
    return;
  }
  char* end = nullptr;
  if (type == DBF_FLOAT || type == DBF_DOUBLE) {
    const double number = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0') notNumber(channel.get(), text);
    put(channel.get(), DBR_DOUBLE, &number, 1, text);
    return;
  }
  const long long number = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0') notNumber(channel.get(), text);
  const std::int64_t integer = number;
  put(channel.get(), DBR_INT64, &integer, 1, text);
}

}  // namespace epics_ioc
