#include "service/operations/describe_key.h"

#include "service/operations/find_key.h"

namespace strongroom::operations {

KeyDescription describe(const Context& context, keys::KeyRecord key) {
  const keys::Account& account = context.kms.account;
  std::string arn = account.keyArn(key.id);
  std::string materialId = keys::keyMaterialId(key.current());
  return {std::move(key), std::move(arn), account.id, std::move(materialId)};
}

KeyDescription describeKey(const Context& context, const DescribeKeyRequest& request) {
  return describe(context, findKey(context, request.keyId, kForDescribe));
}

}  // namespace strongroom::operations
