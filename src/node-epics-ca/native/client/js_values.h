#pragma once

#include <node_api.h>

#include "bytes.h"
#include "sample.h"

namespace ca_client {

/** A number, a string, a typed array or a string[]; large arrays are handed over without another copy. */
napi_value ToJsValue(napi_env env, Sample& sample);
/** `{ units, precision, limits, states }`, as client/native.ts declares it. */
napi_value ToJsMetadata(napi_env env, const Metadata& metadata);

/** An update is flat in its array: value, status, severity, timeMs, metadata or null. */
constexpr std::uint32_t kSampleFields = 5;
/** @return the index after it */
std::uint32_t AppendSample(napi_env env, napi_value array, std::uint32_t index, Sample& sample);

/**
 * Bytes of a put: a number or a string for one element, a typed array or a string[] for several.
 * @throws std::invalid_argument when the value doesn't fit `type` and `count`
 */
Bytes FromJsValue(napi_env env, napi_value value, long type, unsigned long count);

}  // namespace ca_client
