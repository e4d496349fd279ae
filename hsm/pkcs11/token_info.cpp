#include "hsm/pkcs11/token_info.h"

namespace strongroom::hsm::pkcs11 {

std::string Token::label() const {
  return unpadded(info.label, sizeof info.label);
}

std::string Token::serial() const {
  return unpadded(info.serialNumber, sizeof info.serialNumber);
}

std::string Token::manufacturer() const {
  return unpadded(info.manufacturerID, sizeof info.manufacturerID);
}

std::string Token::model() const {
  return unpadded(info.model, sizeof info.model);
}

std::vector<Token> tokensOf(Module& module) {
  std::vector<Token> tokens;
  for (CK_SLOT_ID slot : module.slotsWithToken()) {
    tokens.push_back({.slot = slot, .info = module.tokenInfo(slot)});
  }
  return tokens;
}

TokenDescription describe(Module& module, const Token& token) {
  return {.label = token.label(),
          .serial = token.serial(),
          .manufacturer = token.manufacturer(),
          .model = token.model(),
          .firmware = std::to_string(token.info.firmwareVersion.major) + "." +
                      std::to_string(token.info.firmwareVersion.minor),
          .library = module.describe(),
          .longestDataKey = kMaxDataKeyBytes,
          .dangers = {}};
}

}  // namespace strongroom::hsm::pkcs11
