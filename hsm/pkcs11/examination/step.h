#pragma once

#include <string>
#include <string_view>

#include "hsm/pkcs11/examination/names.h"
#include "hsm/pkcs11/examination/report.h"
#include "hsm/pkcs11/session.h"

namespace strongroom::hsm::pkcs11::examination {

/// One part of the examination while it is found out: the calls that were made for it, and in the
/// end its outcome. An outcome that is set twice is the last one.
class Step {
 public:
  Step(Report& report, std::string_view id) : report_(report) { finding_.id = id; }

  /// Calls a function on a session and keeps a record of it. `with` tells it from the part's other
  /// calls: mechanism, attributes.
  template <class Pointer, class... Arguments>
  CK_RV call(Session& session, const Function<Pointer>& function, std::string_view with,
             Arguments... arguments) {
    const CK_RV value = callQuietly(session, function, arguments...);
    finding_.calls.push_back(
        {std::string(function.name()), std::string(with), nameOfReturnValue(value)});
    return value;
  }

  /// The same without a record, for what every part does: cleaning up, reading back.
  template <class Pointer, class... Arguments>
  CK_RV callQuietly(Session& session, const Function<Pointer>& function, Arguments... arguments) {
    report_.calling(function.name());
    return session.call(function, arguments...);
  }

  void works(std::string detail = "") { conclude(Outcome::kWorks, std::move(detail)); }
  void refused(std::string detail = "") { conclude(Outcome::kRefused, std::move(detail)); }
  void wrong(std::string detail) { conclude(Outcome::kWrong, std::move(detail)); }
  void allowed(std::string detail) { conclude(Outcome::kAllowed, std::move(detail)); }
  void notTried(std::string detail) { conclude(Outcome::kNotTried, std::move(detail)); }

  const Finding& finding() const { return finding_; }
  Report& report() { return report_; }

 private:
  void conclude(Outcome outcome, std::string detail) {
    finding_.outcome = outcome;
    finding_.detail = std::move(detail);
  }

  Report& report_;
  Finding finding_;
};

}  // namespace strongroom::hsm::pkcs11::examination
