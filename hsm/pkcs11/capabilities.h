#pragma once

#include <string>
#include <vector>

#include "hsm/hsm.h"
#include "hsm/pkcs11/profile.h"
#include "hsm/pkcs11/session_pool.h"
#include "hsm/pkcs11/templates.h"
#include "hsm/pkcs11/wrap_mechanism.h"

namespace strongroom::hsm::pkcs11 {

/// Throws kUnsupported naming every mechanism and every function of ours that the token lacks, and
/// what is wrong with each: not in its list, without the flags that we need, not there. Otherwise
/// gives the way of wrapping to be used: the first that the token has. Needs no login.
WrapMechanism requireMechanisms(Module& module, CK_SLOT_ID slot, const Profile& profile);

/// What a token does with CKA_ALLOWED_MECHANISMS, which keeps a CMK from being used by other
/// mechanisms than ours.
enum class AllowedMechanisms {
  kEnforced,
  kIgnored,  ///< takes them and lets the key be used by any other mechanism all the same
  kRefused,  ///< does not know them
};

/// What only trying shows.
struct TrialResult {
  WrapMechanism wrap;
  UnwrapTemplate unwrap;
  AllowedMechanisms allowedMechanisms = AllowedMechanisms::kEnforced;
  std::size_t longestDataKey = kMaxDataKeyBytes;  ///< generated, wrapped, unwrapped and read
  bool wrapsUnextractableKeys = false;            ///< gives every key away: a danger, and no quirk
};

/// Finds out, with throw-away session keys, by which template a wrapped key comes back and can be
/// read and how long it can be, what CKA_ALLOWED_MECHANISMS are worth, and whether an unextractable
/// key stays in the token. Throws hsm::Error, among them kUnsupported when no template works.
TrialResult tryToken(Lease& lease, WrapMechanism wrap);

/// Whether that still holds: a throw-away key wrapped and unwrapped under a throw-away session key.
void tryWrapping(Lease& lease, const TrialResult& token);

/// The dangers in what a trial showed, each a sentence.
std::vector<std::string> dangersOf(const TrialResult& token);

/// Throws kUnsupported with the dangers, when there are any.
void refuseDangers(const std::vector<std::string>& dangers);

}  // namespace strongroom::hsm::pkcs11
