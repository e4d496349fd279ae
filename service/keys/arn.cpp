#include "service/keys/arn.h"

#include "service/crypto/digest.h"

namespace strongroom::keys {
namespace {

/// Ends in a NUL, as all our labels do, so that none is the beginning of another.
constexpr std::string_view kMaterialIdLabel("strongroom-key-material-id-v1\0", 30);

std::string kmsArn(const Account& account, const std::string& resource) {
  return "arn:aws:kms:" + account.region + ':' + account.id + ':' + resource;
}

std::string iamArn(const Account& account, const std::string& resource) {
  return "arn:aws:iam::" + account.id + ':' + resource;
}

}  // namespace

std::string Account::keyArn(const KeyId& key) const {
  return kmsArn(*this, "key/" + key.toString());
}

std::string Account::aliasArn(const std::string& alias) const {
  return kmsArn(*this, alias);
}

std::string Account::userArn(const std::string& name) const {
  return iamArn(*this, "user/" + name);
}

std::string Account::rootArn() const {
  return iamArn(*this, "root");
}

std::string keyMaterialId(const KeyRef& ref) {
  Bytes message(asBytes(kMaterialIdLabel).begin(), asBytes(kMaterialIdLabel).end());
  message.insert(message.end(), ref.key.bytes.begin(), ref.key.bytes.end());
  appendBigEndian(message, ref.version);
  return toHex(crypto::sha256(message));
}

}  // namespace strongroom::keys
