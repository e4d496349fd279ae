#include "hsm/error.h"
#include "tests/contract/hsm_contract.h"
#include "tests/support/module_token.h"

namespace strongroom::testing {
namespace {

/// Fewer sessions than the suite has threads, so that they wait for one another.
constexpr std::uint32_t kSessions = 4;

/// The module that this process was started beside. Its one token serves every test, so each
/// destroys the keys that it made.
class RealModule final : public HsmUnderTest {
 public:
  RealModule() {
    token_.provision();
    hsm_ = hsm::openToken(token_.options(kSessions, token_.kind() == "nss"), token_.pin());
  }
  ~RealModule() override {
    const hsm::Deadline deadline = hsm::deadlineIn(std::chrono::seconds(30));
    try {
      for (const KeyRef& ref : hsm_->listKeys(deadline)) hsm_->destroyKey(ref, deadline);
    } catch (const hsm::Error& error) {
      ADD_FAILURE() << "keys stay behind: " << error.what();
    }
  }
  hsm::Hsm& hsm() override { return *hsm_; }

 private:
  ModuleToken token_;
  std::unique_ptr<hsm::Hsm> hsm_;
};

INSTANTIATE_TEST_SUITE_P(Module, HsmContract,
                         ::testing::Values(+[]() -> std::unique_ptr<HsmUnderTest> {
                           return std::make_unique<RealModule>();
                         }));

}  // namespace
}  // namespace strongroom::testing
