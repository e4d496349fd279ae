#include "service/operations/delete_alias.h"

#include "service/operations/alias_rules.h"

namespace strongroom::operations {

void deleteAlias(const Context& context, const DeleteAliasRequest& request) {
  requireAliasName(request.aliasName);
  if (!context.kms.store.deleteAlias(request.aliasName))
    throw noSuchAlias(context, request.aliasName);
}

}  // namespace strongroom::operations
