#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

namespace ca_client {

/** Raw bytes of one value. What fits one EPICS string stays inside the object, so that scalars need no
 * allocation. */
class Bytes {
 public:
  static constexpr std::size_t kInlineBytes = 40;

  Bytes() = default;
  explicit Bytes(std::size_t size) : size_(size) {
    if (size > kInlineBytes) heap_.reset(new std::uint8_t[size]);
  }
  Bytes(const void* source, std::size_t size) : Bytes(size) {
    if (size > 0) std::memcpy(data(), source, size);
  }

  std::uint8_t* data() { return heap_ ? heap_.get() : inline_; }
  const std::uint8_t* data() const { return heap_ ? heap_.get() : inline_; }
  std::size_t size() const { return size_; }

  /** Gives the allocation away, or null while the bytes are inside the object. */
  std::uint8_t* ReleaseHeap() { return heap_.release(); }

 private:
  std::unique_ptr<std::uint8_t[]> heap_;
  std::size_t size_ = 0;
  alignas(8) std::uint8_t inline_[kInlineBytes] = {};
};

}  // namespace ca_client
