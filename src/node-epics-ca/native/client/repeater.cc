#include "repeater.h"

#include <caProto.h>
#include <envDefs.h>
#include <epicsThread.h>
#include <osiSock.h>
#include <taskwd.h>

#include <cstring>
#include <mutex>

// Exported by libca for its own use; in none of the installed headers.
extern "C" void caRepeaterThread(void*);

namespace ca_client {
namespace {

bool IsPortTaken(unsigned short port) {
  const SOCKET socket = epicsSocketCreate(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
  if (socket == INVALID_SOCKET) return true;
  sockaddr_in address;
  std::memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(port);
  const bool taken = bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) < 0;
  epicsSocketDestroy(socket);
  return taken;
}

void RunRepeater(void*) {
  caRepeaterThread(nullptr);
  // It comes back only when another repeater was faster, and then leaves itself in the watchdog's list.
  taskwdRemove(epicsThreadGetIdSelf());
}

}  // namespace

void EnsureRepeater() {
  static std::mutex mutex;
  static bool started = false;  // libca's repeater can run only once in a process
  const std::lock_guard<std::mutex> lock(mutex);
  const unsigned short port = envGetInetPortConfigParam(&EPICS_CA_REPEATER_PORT, CA_REPEATER_PORT);
  if (started || IsPortTaken(port)) return;
  started =
      epicsThreadCreate("CAC-repeater", epicsThreadPriorityLow,
                        epicsThreadGetStackSize(epicsThreadStackMedium), &RunRepeater, nullptr) != nullptr;
  // Look rarely: a look takes the port for a moment itself.
  for (int attempt = 0; started && attempt < 20; ++attempt) {
    epicsThreadSleep(0.005);
    if (IsPortTaken(port)) return;
  }
}

}  // namespace ca_client
