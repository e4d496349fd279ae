#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <ostream>

#include "hsm/error.h"
#include "hsm/hsm.h"

namespace strongroom::hsm {

/// For GoogleTest's messages.
inline void PrintTo(ErrorCode code, std::ostream* out) {
  *out << toString(code);
}

}  // namespace strongroom::hsm

namespace strongroom::testing {

/// The hsm::Error that `work` throws; nullopt when it throws nothing.
template <class Work>
std::optional<hsm::Error> errorOf(Work&& work) {
  try {
    work();
  } catch (const hsm::Error& error) {
    return error;
  }
  return std::nullopt;
}

/// The code of the hsm::Error that `work` throws; nullopt when it throws nothing.
template <class Work>
std::optional<hsm::ErrorCode> codeOf(Work&& work) {
  const std::optional<hsm::Error> error = errorOf(work);
  if (!error) return std::nullopt;
  return error->code();
}

/// How often `function` was called, by the implementation's own count.
inline std::uint64_t callsOf(const hsm::Hsm& hsm, std::string_view function) {
  for (const hsm::CallCount& row : hsm.statistics().calls) {
    if (row.function == function) return row.calls;
  }
  return 0;
}

}  // namespace strongroom::testing
