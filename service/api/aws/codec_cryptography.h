#pragma once

#include "service/api/aws/answer.h"
#include "service/api/aws/members.h"
#include "service/operations/decrypt.h"
#include "service/operations/encrypt.h"
#include "service/operations/generate_data_key.h"
#include "service/operations/generate_random.h"
#include "service/operations/re_encrypt.h"

namespace strongroom::api::aws {

// Requests and answers of the cryptographic operations (AWS KMS API Reference, the page of each
// operation's name). Decoders collect violations in Members; they throw only what cannot be of that
// type, or what no token here can do.

operations::EncryptRequest decodeEncrypt(Members& members);
operations::DecryptRequest decodeDecrypt(Members& members);
operations::ReEncryptRequest decodeReEncrypt(Members& members);
operations::GenerateDataKeyRequest decodeGenerateDataKey(Members& members);
operations::GenerateRandomRequest decodeGenerateRandom(Members& members);

void encode(Answer& answer, const operations::EncryptResponse& response);
void encode(Answer& answer, const operations::DecryptResponse& response);
void encode(Answer& answer, const operations::ReEncryptResponse& response);
void encode(Answer& answer, const operations::GenerateDataKeyResponse& response);
void encode(Answer& answer, const operations::GenerateRandomResponse& response);

}  // namespace strongroom::api::aws
