#include "hsm/pkcs11/status_codec.h"

#include <cstring>

namespace strongroom::hsm::pkcs11 {
namespace {

/// Every field through one function, `field(value)`, so that both directions agree on the order.
template <class Status, class Coder>
void codeSlot(Status& slot, Coder& field) {
  field(slot.slot);
  field(slot.tokenPresent);
  field(slot.initialised);
  field(slot.token.label);
  field(slot.token.serial);
  field(slot.token.manufacturer);
  field(slot.token.model);
  field(slot.token.firmware);
  field(slot.token.library);
  field(slot.userPin);
  field(slot.soPin);
  field(slot.pinMin);
  field(slot.pinMax);
  field(slot.sessionsOpen);
  field(slot.sessionsMax);
}

class Encoder {
 public:
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint64_t>(text.size()));
    out_ += text;
  }
  void operator()(const std::optional<std::uint64_t>& number) {
    (*this)(number.has_value());
    (*this)(number.value_or(0));
  }
  template <class Number>
  void operator()(const Number& number) {
    const auto wide = static_cast<std::uint64_t>(number);
    out_.append(reinterpret_cast<const char*>(&wide), sizeof wide);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view in) : in_(in) {}

  void operator()(std::string& text) {
    std::uint64_t size = 0;
    (*this)(size);
    text = take(size);
  }
  void operator()(std::optional<std::uint64_t>& number) {
    bool known = false;
    std::uint64_t value = 0;
    (*this)(known);
    (*this)(value);
    if (known) number = value;
  }
  template <class Number>
  void operator()(Number& number) {
    std::uint64_t wide = 0;
    const std::string_view bytes = take(sizeof wide);
    if (bytes.size() == sizeof wide) std::memcpy(&wide, bytes.data(), sizeof wide);
    number = static_cast<Number>(wide);
  }
  bool whole() const { return !isShort_ && in_.empty(); }
  bool isShort() const { return isShort_; }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > in_.size()) {
      isShort_ = true;
      size = 0;
    }
    const std::string_view bytes = in_.substr(0, size);
    in_.remove_prefix(size);
    return bytes;
  }

  std::string_view in_;
  bool isShort_ = false;
};

}  // namespace

std::string encodeStatus(const ModuleStatus& status) {
  Encoder field;
  field(status.library);
  field(status.failure);
  field(status.slots.size());
  for (const SlotStatus& slot : status.slots) codeSlot(slot, field);
  return field.take();
}

std::optional<ModuleStatus> decodeStatus(std::string_view text) {
  Decoder field(text);
  ModuleStatus status;
  field(status.library);
  field(status.failure);
  std::uint64_t slots = 0;
  field(slots);
  // A false count ends with the text.
  for (std::uint64_t i = 0; i < slots && !field.isShort(); ++i) {
    codeSlot(status.slots.emplace_back(), field);
  }
  if (!field.whole() || status.slots.size() != slots) return std::nullopt;
  return status;
}

}  // namespace strongroom::hsm::pkcs11
