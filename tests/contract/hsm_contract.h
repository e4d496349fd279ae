#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "hsm/hsm.h"

namespace strongroom::testing {

/// An implementation of hsm::Hsm with whatever it stands on; one for each test.
class HsmUnderTest {
 public:
  virtual ~HsmUnderTest() = default;
  virtual hsm::Hsm& hsm() = 0;
};

using MakeHsm = std::unique_ptr<HsmUnderTest> (*)();

/// What everything above hsm.h relies on. The suite is linked into one program for each
/// implementation.
class HsmContract : public ::testing::TestWithParam<MakeHsm> {
 protected:
  HsmContract() : underTest_(GetParam()()), hsm_(underTest_->hsm()) {}

  static hsm::Deadline soon() { return hsm::deadlineIn(std::chrono::seconds(30)); }

  /// A CMK with a name that no other call of this process got.
  KeyRef makeKey();

 private:
  std::unique_ptr<HsmUnderTest> underTest_;

 protected:
  hsm::Hsm& hsm_;
};

/// A name for a CMK that is not there yet.
KeyRef freshRef();

}  // namespace strongroom::testing
