#define PVXS_ENABLE_EXPERT_API
#include "explained_source.h"

#include <errlog.h>
#include <pvxs/version.h>

#if PVXS_VERSION >= VERSION_INT(1, 4, 0, 0) && PVXS_VERSION < VERSION_INT(2, 0, 0, 0)
#include <dbAccess.h>
#include <dbChannel.h>
#include <dbStaticLib.h>
#include <pvxs/iochooks.h>
#include <pvxs/server.h>
#include <pvxs/source.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "ioc_state.h"
#include "put_failure.h"
#include "writer_trap.h"

namespace epics_ioc {
namespace {

using pvxs::Value;
using pvxs::server::ChannelControl;
using pvxs::server::ConnectOp;
using pvxs::server::ExecOp;
using pvxs::server::Source;

// QSRV's name and order of its source of single records.
constexpr char kSourceName[] = "qsrvSingle";
constexpr int kSourceOrder = 0;

struct ChannelDeleter {
  void operator()(dbChannel* channel) const { dbChannelDelete(channel); }
};

/// Whether the channel is the value of a record that device support of ours carries out.
bool isSetpointOrCommand(const std::string& name) {
  const std::unique_ptr<dbChannel, ChannelDeleter> channel(dbChannelCreate(name.c_str()));
  if (channel == nullptr) return false;
  const dbFldDes* field = dbChannelFldDes(channel.get());
  if (field != field->pdbRecordType->pvalFldDes) return false;
  const auto& by_name = IocState::instance().by_name;
  const auto found = by_name.find(dbChannelRecord(channel.get())->name);
  return found != by_name.end() && isOutput(found->second->kind);
}

/// Whether the client asks QSRV not to process the record.
bool isWithoutProcessing(const Value& request) {
  bool is_processed = true;
  request["record._options.process"].as(is_processed);
  return !is_processed;
}

/// Whether an enum's index would become another one in the record.
bool hasWrongIndex(const Value& value) {
  const Value index = value["value.index"];
  std::int64_t number = 0;
  return index.valid() && index.isMarked() && index.as(number) && (number < 0 || number > 0xffff);
}

/// As access security and the put log know the client: its address has no port.
Writer putterOf(const pvxs::server::ClientCredentials& client) {
  return {client.account, client.peer.substr(0, client.peer.rfind(':')), std::nullopt};
}

struct ExplainedPut final : ExecOp {
  explicit ExplainedPut(std::unique_ptr<ExecOp>&& op)
      : ExecOp(op->name(), op->credentials(), op->op(), op->pvRequest()), inner(std::move(op)) {}

  void error(const std::string& message) override {
    const std::string* reason = failureBeingAnswered();
    if (reason == nullptr) reportRefusal(name(), putterOf(*credentials()), message);
    inner->error(reason == nullptr ? message : *reason);
  }

  /// Answers with the name of the PV and why it takes no such put.
  void refuse(const std::string& why) { error(name() + " " + why); }

  void reply() override { inner->reply(); }
  void reply(const Value& value) override { inner->reply(value); }
  void onCancel(std::function<void()>&& call) override { inner->onCancel(std::move(call)); }
  void logRemote(pvxs::Level level, const std::string& message) override { inner->logRemote(level, message); }
  pvxs::Timer _timerOneShot(double delay, std::function<void()>&& call) override {
    return inner->timerOneShot(delay, std::move(call));
  }

  const std::unique_ptr<ExecOp> inner;
};

struct ExplainedConnect final : ConnectOp {
  ExplainedConnect(std::unique_ptr<ConnectOp>&& op, bool is_processed_only)
      : ConnectOp(op->name(), op->credentials(), op->op(), op->pvRequest()),
        inner(std::move(op)),
        needs_processing(is_processed_only) {}

  void onPut(std::function<void(std::unique_ptr<ExecOp>&&, Value&&)>&& put) override {
    inner->onPut([needs_processing = needs_processing, put = std::move(put)](std::unique_ptr<ExecOp>&& op,
                                                                             Value&& value) {
      if (needs_processing && isWithoutProcessing(op->pvRequest()))
        ExplainedPut(std::move(op)).refuse("is carried out by being processed: put it without process=false");
      else if (hasWrongIndex(value))
        ExplainedPut(std::move(op)).refuse("has no state of this index");
      else
        put(std::make_unique<ExplainedPut>(std::move(op)), std::move(value));
    });
  }

  void connect(const Value& prototype) override { inner->connect(prototype); }
  void error(const std::string& message) override { inner->error(message); }
  void onGet(std::function<void(std::unique_ptr<ExecOp>&&)>&& get) override { inner->onGet(std::move(get)); }
  void onClose(std::function<void(const std::string&)>&& call) override { inner->onClose(std::move(call)); }
  void logRemote(pvxs::Level level, const std::string& message) override { inner->logRemote(level, message); }

  const std::unique_ptr<ConnectOp> inner;
  const bool needs_processing;
};

struct ExplainedChannel final : ChannelControl {
  explicit ExplainedChannel(std::unique_ptr<ChannelControl>&& op)
      : ChannelControl(op->name(), op->credentials(), op->op()), inner(std::move(op)) {}

  void onOp(std::function<void(std::unique_ptr<ConnectOp>&&)>&& call) override {
    inner->onOp([needs_processing = isSetpointOrCommand(name()),
                 call = std::move(call)](std::unique_ptr<ConnectOp>&& op) {
      call(std::make_unique<ExplainedConnect>(std::move(op), needs_processing));
    });
  }

  void onRPC(std::function<void(std::unique_ptr<ExecOp>&&, Value&&)>&& call) override {
    inner->onRPC(std::move(call));
  }
  void onSubscribe(std::function<void(std::unique_ptr<pvxs::server::MonitorSetupOp>&&)>&& call) override {
    inner->onSubscribe(std::move(call));
  }
  void onClose(std::function<void(const std::string&)>&& call) override { inner->onClose(std::move(call)); }
  void close() override { inner->close(); }
  void _updateInfo(const std::shared_ptr<const pvxs::server::ReportInfo>& info) override {
    inner->updateInfo(info);
  }

  std::unique_ptr<ChannelControl> inner;
};

struct ExplainedSource final : Source {
  explicit ExplainedSource(std::shared_ptr<Source> source) : inner(std::move(source)) {}

  void onCreate(std::unique_ptr<ChannelControl>&& op) override {
    auto explained = std::make_unique<ExplainedChannel>(std::move(op));
    std::unique_ptr<ChannelControl> channel = std::move(explained);
    auto* const wrapper = static_cast<ExplainedChannel*>(channel.get());
    inner->onCreate(std::move(channel));
    // What isn't taken is for the sources that follow.
    if (channel != nullptr) op = std::move(wrapper->inner);
  }

  void onSearch(Search& search) override { inner->onSearch(search); }
  List onList() override { return inner->onList(); }
  void show(std::ostream& stream) override { inner->show(stream); }

  const std::shared_ptr<Source> inner;
};

void wrapSource() {
  auto server = pvxs::ioc::server();
  const auto source = server.getSource(kSourceName, kSourceOrder);
  if (source == nullptr) return;
  server.removeSource(kSourceName, kSourceOrder);
  server.addSource(kSourceName, std::make_shared<ExplainedSource>(source), kSourceOrder);
}

}  // namespace

void explainFailedPuts() {
  try {
    if (!pvxs::version_abi_check())
      throw std::runtime_error("the IOC was compiled with another version: make clean build");
    wrapSource();
  } catch (const std::exception& error) {
    errlogPrintf("%s: puts over PVAccess that fail don't say why: %s\n", pvxs::version_str(), error.what());
  }
}

}  // namespace epics_ioc
#else
namespace epics_ioc {

void explainFailedPuts() {
  errlogPrintf("%s: puts over PVAccess that fail don't say why: this needs pvxs 1.4\n", pvxs::version_str());
}

}  // namespace epics_ioc
#endif
