// What libca's threads call. They copy, post, and return.
#include "context.h"
#include "operation_id.h"

namespace ca_client {
namespace {

Channel& ChannelOf(chid handle) { return *static_cast<Channel*>(ca_puser(handle)); }
int AccessOf(bool readable, bool writable) { return (readable ? kReadable : 0) + (writable ? kWritable : 0); }

}  // namespace

void Context::OnConnection(connection_handler_args args) {
  Channel& channel = ChannelOf(args.chid);
  if (args.op != CA_OP_CONN_UP) {
    channel.context.Post({EventKind::kDisconnected, channel.id, ECA_DISCONN, nullptr, nullptr, {}});
    return;
  }
  auto info = std::make_unique<ConnectionInfo>();
  info->base_type = ca_field_type(args.chid);
  info->element_count = ca_element_count(args.chid);
  char host[256];
  ca_get_host_name(args.chid, host, sizeof(host));
  info->host = host;
  channel.local = info->host.find(':') == std::string::npos;  // a server has a port
  const int access = AccessOf(ca_read_access(args.chid) != 0, ca_write_access(args.chid) != 0);
  channel.context.Post({EventKind::kConnected, channel.id, access, nullptr, std::move(info), {}});
}

void Context::OnAccessRights(access_rights_handler_args args) {
  Channel& channel = ChannelOf(args.chid);
  const int access = AccessOf(args.ar.read_access != 0, args.ar.write_access != 0);
  channel.context.Post({EventKind::kAccessRights, channel.id, access, nullptr, nullptr, {}});
}

void Context::OnGet(event_handler_args args) {
  Context& context = ChannelOf(args.chid).context;
  std::unique_ptr<Sample> sample;
  if (args.status == ECA_NORMAL && args.dbr != nullptr) {
    sample = std::make_unique<Sample>(DecodeSample(args, ca_element_count(args.chid) > 1));
  }
  context.Post({EventKind::kGetDone, FromUser(args.usr), args.status, std::move(sample), nullptr, {}});
}

void Context::OnException(exception_handler_args args) {
  auto* context = static_cast<Context*>(args.usr);
  std::string text = ca_message(args.stat);
  if (args.ctx != nullptr && *args.ctx != '\0') text += std::string(": ") + args.ctx;
  if (args.chid != nullptr) text += std::string(" (channel ") + ca_name(args.chid) + ")";
  context->Post({EventKind::kException, 0, static_cast<int>(args.stat), nullptr, nullptr, std::move(text)});
}

}  // namespace ca_client
