#include "hsm/open_isolated_token.h"
#include "tests/contract/hsm_contract.h"
#include "tests/support/test_token.h"

namespace strongroom::testing {
namespace {

/// SoftHSM in two worker processes with fewer sessions than the suite has threads.
class IsolatedSoftHsm final : public HsmUnderTest {
 public:
  hsm::Hsm& hsm() override { return *hsm_; }

 private:
  TestToken token_;
  std::unique_ptr<hsm::Hsm> hsm_ =
      hsm::openIsolatedToken(token_.options(4), token_.pinSource(), {.workers = 2});
};

INSTANTIATE_TEST_SUITE_P(IsolatedSoftHsm, HsmContract,
                         ::testing::Values(+[]() -> std::unique_ptr<HsmUnderTest> {
                           return std::make_unique<IsolatedSoftHsm>();
                         }));

}  // namespace
}  // namespace strongroom::testing
