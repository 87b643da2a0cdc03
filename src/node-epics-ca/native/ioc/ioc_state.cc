#include "ioc_state.h"

namespace epics_ioc {

IocState& IocState::instance() {
  static auto* state = new IocState();
  return *state;
}

}  // namespace epics_ioc
