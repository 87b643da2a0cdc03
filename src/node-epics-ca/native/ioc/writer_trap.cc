#define USE_TYPED_RSET
#include "writer_trap.h"

#include <asTrapWrite.h>
#include <dbAccess.h>
#include <dbChannel.h>
#include <dbFldTypes.h>
#include <dbNotify.h>

#include <atomic>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "channel_text.h"
#include "ioc_state.h"
#include "old_request_type.h"

namespace epics_ioc {
namespace {

/// A trapped write by its channel, which belongs to one client, and carries at most one put with completion
/// at a time.
struct TrappedWrite {
  Writer writer;
  bool was_delivered = false;
  bool has_ended = false;
};

struct Trap {
  std::mutex mutex;
  std::unordered_map<const dbChannel*, TrappedWrite> writes;
  std::unordered_map<const DeviceRecord*, Writer> waiting;
  std::atomic<bool> is_reporting{false};
};

Trap& trap() {
  static auto* instance = new Trap();
  return *instance;
}

/// Ended writes are kept only while their put waits for its turn; a client that left in between leaves one
/// behind.
constexpr std::size_t kMostWrites = 10000;

/// The write whose server thread this is: set between the listener's two calls.
thread_local const dbChannel* current = nullptr;

DeviceRecord* deviceOf(const dbChannel* channel) {
  const auto& by_name = IocState::instance().by_name;
  const auto found = by_name.find(dbChannelRecord(channel)->name);
  return found == by_name.end() ? nullptr : found->second;
}

/// Base before 7.0.9 has it as a pointer to void.
const dbChannel* channelOf(const asTrapWriteMessage& message) {
  return static_cast<const dbChannel*>(message.serverSpecific);
}

void report(const asTrapWriteMessage& message, std::string text) {
  Event event;
  event.kind = Event::Kind::kPut;
  event.record = dbChannelRecord(channelOf(message))->name;
  event.field = dbChannelFldDes(channelOf(message))->name;
  event.text = std::move(text);
  event.writer = {message.userid, message.hostid, std::nullopt};
  IocState::instance().events.push(std::move(event));
}

Writer writerOf(const asTrapWriteMessage& message) {
  Writer writer{message.userid, message.hostid, std::nullopt};
  const dbFldDes* field = dbChannelFldDes(channelOf(message));
  if (message.data == nullptr || field != field->pdbRecordType->pvalFldDes) return writer;
  const int field_type = dbChannelFieldType(channelOf(message));
  const bool is_state = field_type == DBF_ENUM;
  const bool is_number = field_type > DBF_STRING && field_type < DBF_ENUM;
  const bool is_text = message.dbrType == static_cast<int>(OldRequestType::kString);
  if (is_state || (is_number && is_text))
    writer.request = textOfRequest(channelOf(message), message.dbrType, message.data, message.no_elements);
  return writer;
}

void beforeWrite(const asTrapWriteMessage& message) {
  current = channelOf(message);
  if (message.data != nullptr && trap().is_reporting)
    report(message, textOfRequest(channelOf(message), message.dbrType, message.data, message.no_elements));
  const std::lock_guard<std::mutex> lock(trap().mutex);
  auto& writes = trap().writes;
  if (writes.size() >= kMostWrites) {
    for (auto it = writes.begin(); it != writes.end();)
      it = it->second.has_ended ? writes.erase(it) : std::next(it);
  }
  writes[channelOf(message)] = {writerOf(message), false, false};
}

/// A plain put to a record that is active is processed later, on another thread: remember by whom. The caller
/// holds the mutex. No record is locked here, because base calls listeners under a lock of its own.
void keepWaitingWriter(const dbChannel* channel, const Writer& writer) {
  const DeviceRecord* device = deviceOf(channel);
  if (device == nullptr || !isOutput(device->kind) || device->kind == RecordKind::kBusy) return;
  const dbCommon* record = dbChannelRecord(channel);
  if (!record->pact && !record->rpro) return;
  if (!dbChannelFldDes(channel)->process_passive || record->scan != 0) return;
  if (!trap().waiting.insert_or_assign(device, writer).second)
    ++IocState::instance().counters.writes_coalesced;
}

void afterWrite(const asTrapWriteMessage& message) {
  const dbChannel* channel = channelOf(message);
  if (current == channel) current = nullptr;
  if (message.data == nullptr && trap().is_reporting) report(message, textOfChannel(channel));
  const std::lock_guard<std::mutex> lock(trap().mutex);
  const auto found = trap().writes.find(channel);
  if (found == trap().writes.end()) return;
  const bool was_delivered = found->second.was_delivered;
  found->second.has_ended = true;
  if (!was_delivered) keepWaitingWriter(channel, found->second.writer);
  const bool may_be_queued = !was_delivered && dbChannelRecord(channel)->ppn != nullptr;
  if (!may_be_queued) trap().writes.erase(found);
}

void onWrite(asTrapWriteMessage* message, int is_after) {
  if (message->serverSpecific == nullptr) return;
  if (is_after)
    afterWrite(*message);
  else
    beforeWrite(*message);
}

/// What was put to another record, which a link leads from, is no request for this one.
bool takeWriter(const dbChannel* channel, const DeviceRecord& device, Writer& writer) {
  const std::lock_guard<std::mutex> lock(trap().mutex);
  const auto found = trap().writes.find(channel);
  if (found == trap().writes.end()) return false;
  writer = found->second.writer;
  if (dbChannelRecord(channel) != device.record) writer.request.reset();
  found->second.was_delivered = true;
  if (found->second.has_ended) trap().writes.erase(found);
  return true;
}

}  // namespace

void listenToWrites() { asTrapWriteRegisterListener(onWrite); }

void reportRefusal(const std::string& channel, Writer writer, const std::string& reason) {
  if (!trap().is_reporting) return;
  const auto at = channel.find('.');
  Event event;
  event.kind = Event::Kind::kPut;
  event.record = channel.substr(0, at);
  event.field = at == std::string::npos ? "VAL" : channel.substr(at + 1);
  event.writer = std::move(writer);
  event.refusal = reason;
  IocState::instance().events.push(std::move(event));
}

void reportPuts(bool is_wanted) { trap().is_reporting = is_wanted; }

Writer writerOf(const DeviceRecord& device) {
  Writer writer;
  {
    // Whoever's put this is, the ones that waited are done with.
    const std::lock_guard<std::mutex> lock(trap().mutex);
    const auto waiting = trap().waiting.find(&device);
    if (waiting != trap().waiting.end()) {
      writer = std::move(waiting->second);
      trap().waiting.erase(waiting);
    }
  }
  const processNotify* notify = device.record->ppn;
  if (notify != nullptr && notify->wasProcessed && takeWriter(notify->chan, device, writer)) return writer;
  if (current != nullptr) takeWriter(current, device, writer);
  return writer;
}

}  // namespace epics_ioc
