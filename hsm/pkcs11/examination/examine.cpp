#include "hsm/pkcs11/examination/examine.h"

#include <algorithm>

#include "hsm/pkcs11/examination/exercises.h"
#include "hsm/pkcs11/pin_state.h"
#include "hsm/pkcs11/token_finder.h"

namespace strongroom::hsm::pkcs11::examination {
namespace {

/// The mechanisms that Strongroom has a use for.
constexpr std::array<CK_MECHANISM_TYPE, 8> kOurs{CKM_AES_KEY_GEN,      CKM_GENERIC_SECRET_KEY_GEN,
                                                 CKM_AES_KEY_WRAP,     CKM_AES_CBC_PAD,
                                                 CKM_AES_KEY_WRAP_PAD, kAesKeyWrapKwp,
                                                 CKM_SHA256_HMAC,      CKM_AES_GCM};

void reportMechanisms(Module& module, CK_SLOT_ID slot, const std::vector<CK_MECHANISM_TYPE>& listed,
                      Report& report) {
  for (const CK_MECHANISM_TYPE type : kOurs) {
    MechanismReport mechanism;
    mechanism.name = nameOfMechanism(type);
    mechanism.listed = std::ranges::find(listed, type) != listed.end();
    CK_MECHANISM_INFO info{};  // zeroed: SoftHSM only adds flags to what is there
    if (module.call(kGetMechanismInfo, slot, type, &info) == CKR_OK) {
      mechanism.flags = namesOfMechanismFlags(info.flags);
      mechanism.minKeySize = info.ulMinKeySize;
      mechanism.maxKeySize = info.ulMaxKeySize;
    }
    report.mechanism(mechanism);
  }
}

void identify(Module& module, const Token& token, Report& report) {
  CK_INFO info{};
  module.invoke(kGetInfo, &info);
  const auto listed = module.mechanisms(token.slot);
  Examination identity;
  identity.cryptoki =
      std::to_string(info.cryptokiVersion.major) + "." + std::to_string(info.cryptokiVersion.minor);
  identity.token = pkcs11::describe(module, token);
  identity.tokenFlags = namesOfTokenFlags(token.info.flags);
  for (const CK_MECHANISM_TYPE type : listed) {
    identity.allMechanisms.push_back(nameOfMechanism(type));
  }
  report.identity(identity);
  reportMechanisms(module, token.slot, listed, report);
}

Session logIn(Module& module, const Token& token, const SecretBytes& pin) {
  Session session(module, token.slot);
  session.invoke(kLogin, static_cast<CK_USER_TYPE>(CKU_USER), readOnly(pin.expose()),
                 static_cast<CK_ULONG>(pin.size()));
  return session;
}

void doExercise(const Exercise& exercise, Examiner& examiner, Report& report) {
  report.beginning(exercise.id);
  Step step(report, exercise.id);
  try {
    exercise.run(examiner, step);
  } catch (const Error& error) {
    step.refused(error.what());
  }
  report.finding(step.finding());
}

}  // namespace

void examine(const TokenOptions& options, const SecretBytes& pin, std::size_t from,
             std::chrono::milliseconds speedTime, Learned& learned, Report& report) {
  try {
    Module module(options.module, options.moduleArgument);
    const auto token = findToken(module, options.token);
    if (!token) {
      throw Error(ErrorCode::kTokenNotFound,
                  options.token.describe() + ": no such token in " + options.module.string());
    }
    refuseEndangered(*token, PinOwner::kUser);
    if (from == 0) identify(module, *token, report);
    Examiner examiner(module, *token, logIn(module, *token, pin), learned, speedTime);
    report.loggedIn();
    examiner.sweep();
    const std::vector<Exercise> exercises = allExercises();
    for (std::size_t i = from; i < exercises.size(); ++i) {
      doExercise(exercises[i], examiner, report);
    }
    report.leftBehind(examiner.sweep());
  } catch (const Error& error) {
    return report.refusal(error);
  }
  // After the module was finalised: a crash in there is a finding too.
  report.done();
}

}  // namespace strongroom::hsm::pkcs11::examination
