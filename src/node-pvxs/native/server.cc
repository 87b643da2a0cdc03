#include "server.h"

#include <napi.h>
#include <netinet/in.h>
#include <pvxs/client.h>
#include <pvxs/iochooks.h>
#include <pvxs/server.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <set>
#include <sstream>
#include <system_error>

#include "config.h"
#include "environment.h"
#include "handle.h"
#include "shared_pv.h"

namespace node_pvxs {

namespace {

// A pvxs server held by JavaScript: one of its own, or the one of the IOC in this process, which is asked for
// anew each time because it belongs to the IOC and ends with it.
class ServerHandle : public Closable {
 public:
  static constexpr napi_type_tag kTag{0x2f8e6d4c3b1a4904, 0xc6b5a4938271404a};
  static constexpr const char* kName = "Server";

  ServerHandle() : is_ioc_(true) {}
  explicit ServerHandle(pvxs::server::Server server) : is_ioc_(false), server_(std::move(server)) {}

  bool is_ioc() const { return is_ioc_; }
  pvxs::server::Server get() const {
    if (!is_ioc_) return server_;
    try {
      return pvxs::ioc::server();
    } catch (const std::logic_error&) {
      throw PvaError("PVA_CLOSED",
                     "no IOC with pvxs runs in this process (PVXS_QSRV_ENABLE, iocInit, shutdown)");
    }
  }

  void add(const std::string& name, const pvxs::server::SharedPV& pv) {
    get().addPV(name, pv);
    names_.insert(name);
  }
  void remove(const std::string& name) {
    names_.erase(name);
    get().removePV(name);
  }

  void close() noexcept override {
    try {
      auto server = get();
      for (const auto& name : names_) server.removePV(name);
      names_.clear();
      if (!is_ioc_) server.stop();
    } catch (const std::exception&) {
      // The IOC's server has gone, and the PVs with it.
    }
  }

 private:
  const bool is_ioc_;
  pvxs::server::Server server_;
  std::set<std::string> names_;
};

Napi::Value wrap_server(Napi::Env env, const std::shared_ptr<ServerHandle>& handle) {
  Environment::of(env).close_at_exit(handle);
  return wrap(env, handle);
}

// explicit Server::Server(const Config&), Config& Config::applyDefs(const defs_t&)
// serverCreate(definitions: Record<string, string>): ServerHandle
Napi::Value create(const Napi::CallbackInfo& info) {
  auto config = pvxs::server::Config{}.applyDefs(definitions_from_js(info[0]));
  return wrap_server(info.Env(), std::make_shared<ServerHandle>(config.build()));
}

// A UDP port of loopback on which nobody is: a socket that may share its port, as search sockets may, is also
// given ports of others by the system.
std::uint16_t free_udp_port() {
  const auto close_socket = [](const int* fd) { close(*fd); };
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  const std::unique_ptr<const int, decltype(close_socket)> closing(&fd, close_socket);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd, any, size) != 0 || getsockname(fd, any, &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "bind");
  }
  return ntohs(address.sin_port);
}

// static Config Config::isolated(int family)
// serverCreateIsolated(): ServerHandle
Napi::Value create_isolated(const Napi::CallbackInfo& info) {
  auto config = pvxs::server::Config::isolated();
  config.udp_port = free_udp_port();
  return wrap_server(info.Env(), std::make_shared<ServerHandle>(config.build()));
}

// static Server Server::fromEnv()
// serverCreateFromEnv(): ServerHandle
Napi::Value create_from_env(const Napi::CallbackInfo& info) {
  return wrap_server(info.Env(), std::make_shared<ServerHandle>(pvxs::server::Server::fromEnv()));
}

// server::Server pvxs::ioc::server()
// iocServer(): ServerHandle
Napi::Value ioc_server(const Napi::CallbackInfo& info) {
  auto handle = std::make_shared<ServerHandle>();
  handle->get();
  return wrap_server(info.Env(), handle);
}

// Server& Server::start()
// serverStart(server: ServerHandle): void
Napi::Value start(const Napi::CallbackInfo& info) {
  auto handle = unwrap<ServerHandle>(info[0]);
  if (handle->is_ioc()) throw PvaError("PVA_STATE", "the IOC starts its own server");
  handle->get().start();
  return info.Env().Undefined();
}

// Server& Server::stop()
// serverStop(server: ServerHandle): void
Napi::Value stop(const Napi::CallbackInfo& info) {
  auto handle = unwrap<ServerHandle>(info[0]);
  if (handle->is_ioc()) throw PvaError("PVA_STATE", "the IOC stops its own server");
  handle->get().stop();
  return info.Env().Undefined();
}

// Server& Server::addPV(const std::string& name, const SharedPV& pv)
// serverAddPv(server: ServerHandle, name: string, pv: SharedPvHandle): void
Napi::Value add_pv(const Napi::CallbackInfo& info) {
  auto handle = unwrap<ServerHandle>(info[0]);
  handle->add(info[1].As<Napi::String>().Utf8Value(), unwrap<SharedPvHandle>(info[2])->pv);
  return info.Env().Undefined();
}

// Server& Server::removePV(const std::string& name)
// serverRemovePv(server: ServerHandle, name: string): void
Napi::Value remove_pv(const Napi::CallbackInfo& info) {
  unwrap<ServerHandle>(info[0])->remove(info[1].As<Napi::String>().Utf8Value());
  return info.Env().Undefined();
}

// const Config& Server::config() const
// serverConfig(server: ServerHandle): ServerConfig
Napi::Value config(const Napi::CallbackInfo& info) {
  auto server = unwrap<ServerHandle>(info[0])->get();
  const auto& config = server.config();
  auto result = Napi::Object::New(info.Env());
  std::ostringstream guid;
  guid << config.guid;
  result.Set("guid", guid.str());
  result.Set("tcpPort", Napi::Number::New(info.Env(), config.tcp_port));
  result.Set("udpPort", Napi::Number::New(info.Env(), config.udp_port));
  result.Set("interfaces", strings_to_js(info.Env(), config.interfaces));
  result.Set("beaconDestinations", strings_to_js(info.Env(), config.beaconDestinations));
  return result;
}

// client::Config Server::clientConfig() const, void Config::updateDefs(defs_t&) const
// serverClientDefinitions(server: ServerHandle): Record<string, string>
Napi::Value client_definitions(const Napi::CallbackInfo& info) {
  std::map<std::string, std::string> definitions;
  unwrap<ServerHandle>(info[0])->get().clientConfig().updateDefs(definitions);
  return definitions_to_js(info.Env(), definitions);
}

}  // namespace

void export_server(Napi::Object exports) {
  export_function<create>(exports, "serverCreate");
  export_function<create_isolated>(exports, "serverCreateIsolated");
  export_function<create_from_env>(exports, "serverCreateFromEnv");
  export_function<ioc_server>(exports, "iocServer");
  export_function<start>(exports, "serverStart");
  export_function<stop>(exports, "serverStop");
  export_function<add_pv>(exports, "serverAddPv");
  export_function<remove_pv>(exports, "serverRemovePv");
  export_function<config>(exports, "serverConfig");
  export_function<client_definitions>(exports, "serverClientDefinitions");
}

}  // namespace node_pvxs
