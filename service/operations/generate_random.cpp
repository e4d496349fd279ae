#include "service/operations/generate_random.h"

namespace strongroom::operations {

GenerateRandomResponse generateRandom(const Context& context,
                                      const GenerateRandomRequest& request) {
  GenerateRandomResponse response{SecretBytes(request.numberOfBytes)};
  context.kms.tokens.random(response.plaintext.exposeWritable(), context.deadline);
  return response;
}

}  // namespace strongroom::operations
