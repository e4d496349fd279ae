#include "tests/contract/hsm_contract.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

/// Fewer sessions than the suite has threads, so that they wait for one another.
constexpr std::uint32_t kSessions = 4;

class SoftHsm final : public HsmUnderTest {
 public:
  hsm::Hsm& hsm() override { return *hsm_; }

 private:
  TestToken token_;
  std::unique_ptr<hsm::Hsm> hsm_ = token_.open(kSessions);
};

INSTANTIATE_TEST_SUITE_P(SoftHsm, HsmContract,
                         ::testing::Values(+[]() -> std::unique_ptr<HsmUnderTest> {
                           return std::make_unique<SoftHsm>();
                         }));

}  // namespace
}  // namespace strongroom::testing
