#include "tests/contract/hsm_contract.h"
#include "tests/support/fake_hsm.h"

namespace strongroom::testing {
namespace {

class Fake final : public HsmUnderTest {
 public:
  hsm::Hsm& hsm() override { return fake_; }

 private:
  FakeHsm fake_;
};

INSTANTIATE_TEST_SUITE_P(Fake, HsmContract,
                         ::testing::Values(+[]() -> std::unique_ptr<HsmUnderTest> {
                           return std::make_unique<Fake>();
                         }));

}  // namespace
}  // namespace strongroom::testing
