#pragma once

namespace ca_client {

/**
 * Sees to it that this host has a CA repeater, which hands the servers' beacons to all clients of the host.
 *
 * libca would fork a `caRepeater` program that outlives us, and that the wheels don't have. Instead the
 * repeater runs on a thread of this process when nobody runs one. Returns when the repeater's port is taken.
 * Blocks for some milliseconds.
 */
void EnsureRepeater();

}  // namespace ca_client
