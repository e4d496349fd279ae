#pragma once

#include <string>

#include "hsm/key_ref.h"

namespace strongroom::keys {

/// The owner account and Region that this service answers for; parts of every ARN.
struct Account {
  std::string region;  ///< "us-east-1"
  std::string id;      ///< twelve digits

  /// "arn:aws:kms:REGION:ACCOUNT:key/UUID"
  std::string keyArn(const KeyId& key) const;
  /// "arn:aws:kms:REGION:ACCOUNT:alias/NAME"; `alias` with its prefix
  std::string aliasArn(const std::string& alias) const;
  /// "arn:aws:iam::ACCOUNT:user/NAME"
  std::string userArn(const std::string& name) const;
  /// "arn:aws:iam::ACCOUNT:root"
  std::string rootArn() const;
};

/// AWS's key material id of a key version: 64 hexadecimal characters, the same for ever, saying
/// nothing of the key.
std::string keyMaterialId(const KeyRef& ref);

}  // namespace strongroom::keys
