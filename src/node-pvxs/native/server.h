#pragma once

#include <napi.h>

namespace node_pvxs {

void export_server(Napi::Object exports);

}  // namespace node_pvxs
