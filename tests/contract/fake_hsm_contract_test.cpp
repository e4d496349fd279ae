#include "tests/contract/hsm_contract.h"
#include "tests/support/fake_hsm.h"

namespace strongroom::testing {
namespace {

template <hsm::WrapMethod method>
class Fake final : public HsmUnderTest {
 public:
  hsm::Hsm& hsm() override { return fake_; }

 private:
  FakeHsm fake_{method};
};

template <hsm::WrapMethod method>
std::unique_ptr<HsmUnderTest> makeFake() {
  return std::make_unique<Fake<method>>();
}

INSTANTIATE_TEST_SUITE_P(Fake, HsmContract,
                         ::testing::Values(&makeFake<hsm::WrapMethod::kAesKeyWrap>,
                                           &makeFake<hsm::WrapMethod::kAesCbcPad>));

}  // namespace
}  // namespace strongroom::testing
