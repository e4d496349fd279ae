// A PKCS#11 module that calls another one, and does to its calls what a test asks for by the
// channel: see tests/support/fault_control.h.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "tests/support/fault_module/channel.h"
#include "tests/support/fault_module/faults.h"
#include "tests/support/fault_module/functions.h"
#include "tests/support/fault_module/target.h"

namespace strongroom::testing {
namespace {

/// All that a process with the module has.
struct State {
  explicit State(FaultChannel& channel) : target(claimProcess(channel)), faults(channel, target) {}

  Target target;
  Faults faults;
  CK_FUNCTION_LIST shown{};
  std::string file;                 ///< the channel's
  std::unique_ptr<State> previous;  ///< of an earlier channel; kept, for its list was given away
};

/// Never destroyed: modules are called until their process ends.
State* state = nullptr;

constexpr CK_ULONG kElsewhere = CK_ULONG{1} << 20;

bool makesTokenObject(const CK_ATTRIBUTE* attributes, CK_ULONG count) {
  for (CK_ULONG i = 0; i < count; ++i) {
    if (attributes[i].type == CKA_TOKEN)
      return *static_cast<CK_BBOOL*>(attributes[i].pValue) == CK_TRUE;
  }
  return false;
}

template <class Row, class... Arguments>
bool concernsTokenObject(const std::tuple<Arguments...>& arguments) {
  if constexpr (Row::kPlace == placeOf("C_GenerateKey")) {
    return makesTokenObject(std::get<2>(arguments), std::get<3>(arguments));
  } else if constexpr (Row::kPlace == placeOf("C_DestroyObject")) {
    const Target::Passage inside(state->target);
    CK_BBOOL isToken = CK_FALSE;
    CK_ATTRIBUTE attribute{CKA_TOKEN, &isToken, sizeof isToken};
    state->target.functions().C_GetAttributeValue(state->target.realSession(std::get<0>(arguments)),
                                                  state->target.realObject(std::get<1>(arguments)),
                                                  &attribute, 1);
    return isToken == CK_TRUE;
  }
  return false;
}

/// Calls `work` with each argument whose place is among `places`.
template <Places kPlaces, class Tuple, class Work>
void forEach(Tuple& arguments, Work&& work) {
  [&]<std::size_t... kAt>(std::index_sequence<kAt...>) {
    const auto one = [&]<std::size_t kPlace>() {
      if constexpr ((kPlaces >> kPlace & 1U) != 0) work(std::get<kPlace>(arguments));
    };
    (one.template operator()<kAt>(), ...);
  }
  (std::make_index_sequence<std::tuple_size_v<Tuple>>{});
}

/// What a call that succeeded gave is counted, and its handles shown as the caller knows them.
template <class Row, class Tuple>
void afterSuccess(Tuple& arguments) {
  Target& target = state->target;
  forEach<Row::kObjectsOut>(arguments, [&](CK_OBJECT_HANDLE* handle) {
    if (handle != nullptr) *handle = target.shownObject(*handle);
  });
  if constexpr (Row::kPlace == placeOf("C_FindObjects")) {
    for (CK_ULONG i = 0; i < *std::get<3>(arguments); ++i) {
      CK_OBJECT_HANDLE& handle = std::get<1>(arguments)[i];
      handle = target.shownObject(handle);
    }
  } else if constexpr (Row::kPlace == placeOf("C_OpenSession")) {
    *std::get<4>(arguments) = target.shownSession(*std::get<4>(arguments));
    target.countSessions(1);
  } else if constexpr (Row::kPlace == placeOf("C_CloseSession")) {
    target.countSessions(-1);
  } else if constexpr (Row::kPlace == placeOf("C_CloseAllSessions") ||
                       Row::kPlace == placeOf("C_Finalize")) {
    target.countNoSessions();
  }
}

/// Calls the real function with the handles that it knows.
template <class Row, class Tuple>
CK_RV callTarget(Tuple arguments) {
  Target& target = state->target;
  const Target::Passage inside(target);
  if constexpr (Row::kTakesSession) {
    std::get<0>(arguments) = target.realSession(std::get<0>(arguments));
  }
  forEach<Row::kObjectsIn>(arguments,
                           [&](CK_OBJECT_HANDLE& handle) { handle = target.realObject(handle); });
  const CK_RV value = std::apply(target.functions().*Row::kMember, arguments);
  if (value == CKR_OK) afterSuccess<Row>(arguments);
  return value;
}

/// The bytes that a call gave, and their length; nullptr when it gives none, or was asked for the
/// length alone.
template <class Row, class Tuple>
std::pair<CK_BYTE*, CK_ULONG*> outputOf(Tuple& arguments) {
  if constexpr (Row::kOutput >= 0) {
    return {std::get<Row::kOutput>(arguments), std::get<Row::kOutput + 1>(arguments)};
  } else if constexpr (Row::kPlace == placeOf("C_GetAttributeValue")) {
    CK_ATTRIBUTE* first = std::get<2>(arguments);
    return {static_cast<CK_BYTE*>(first->pValue), &first->ulValueLen};
  }
  return {nullptr, nullptr};
}

template <class Row, class Tuple>
void spoil(Faults::Met met, Tuple& arguments) {
  const auto [bytes, length] = outputOf<Row>(arguments);
  if (bytes != nullptr && *length > 0) {
    if (state->faults.find(met, FaultAction::kCorrupt) != nullptr) {
      // Each in another way, as faults do: two wrong answers do not agree.
      static std::atomic<unsigned> spoiled{0};
      bytes[*length / 2] ^= static_cast<CK_BYTE>(1 + spoiled++ % 255);
    }
    if (state->faults.find(met, FaultAction::kWrongLength) != nullptr) *length -= 1;
  }
  if constexpr (Row::kObjectsOut != at()) {
    forEach<Row::kObjectsOut>(arguments, [&](CK_OBJECT_HANDLE* handle) {
      if (state->faults.find(met, FaultAction::kLoseObject) != nullptr) {
        const Target::Passage inside(state->target);
        state->target.functions().C_DestroyObject(state->target.realSession(std::get<0>(arguments)),
                                                  state->target.realObject(*handle));
      }
      if (state->faults.find(met, FaultAction::kCorrupt) != nullptr) *handle += kElsewhere;
    });
  }
}

template <class Row, class... Arguments>
CK_RV intercept(Arguments... values) {
  std::tuple arguments(values...);
  Faults& faults = state->faults;
  const Faults::Met met = faults.meet(Row::kPlace, Row::kTakesSession,
                                      [&] { return concernsTokenObject<Row>(arguments); });
  if constexpr (Row::kPlace == placeOf("C_GetSlotList")) {
    if (faults.find(met, FaultAction::kRemoveToken) != nullptr &&
        std::get<0>(arguments) == CK_TRUE) {
      static_cast<void>(faults.before(met, Row::kPlace, CK_INVALID_HANDLE));
      *std::get<2>(arguments) = 0;
      return CKR_OK;
    }
  }
  CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
  if constexpr (Row::kTakesSession) session = std::get<0>(arguments);
  if (const auto answer = faults.before(met, Row::kPlace, session)) return *answer;
  const CK_RV value = callTarget<Row>(arguments);
  if (value != CKR_OK) return value;
  if constexpr (Row::kPlace == placeOf("C_Initialize")) faults.initialised();
  spoil<Row>(met, arguments);
  const FaultRule* late = faults.find(met, FaultAction::kFailAfterwards);
  return late == nullptr ? value : static_cast<CK_RV>(late->value);
}

/// The function that a row shows, which has the signature of its member.
template <class Row, class Pointer>
struct Shown;

template <class Row, class... Arguments>
struct Shown<Row, CK_RV (*)(Arguments...)> {
  static CK_RV call(Arguments... arguments) { return intercept<Row>(arguments...); }
};

template <class Row>
void show(CK_FUNCTION_LIST& list) {
  auto& member = list.*Row::kMember;
  member = &Shown<Row, std::remove_reference_t<decltype(member)>>::call;
}

template <class... Rows>
void showAll(CK_FUNCTION_LIST& list, const std::tuple<Rows...>* /*rows*/) {
  (show<Rows>(list), ...);
}

/// Makes `state` that of the channel which the environment names; false when there is none, or no
/// module to call.
bool useChannel() {
  const char* file = std::getenv(kFaultChannelVariable);
  if (file == nullptr) return false;
  if (state != nullptr && state->file == file) return true;
  FaultChannel* channel = openFaultChannel(file);
  if (channel == nullptr) return false;
  try {
    auto made = std::make_unique<State>(*channel);
    made->file = file;
    made->shown.version = made->target.functions().version;
    showAll(made->shown, static_cast<FunctionRows*>(nullptr));
    made->previous.reset(state);
    state = made.release();
    return true;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fault module: %s\n", error.what());
    return false;
  }
}

}  // namespace
}  // namespace strongroom::testing

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(
    CK_FUNCTION_LIST** functions) {
  using strongroom::testing::state;
  if (!strongroom::testing::useChannel()) return CKR_GENERAL_ERROR;
  state->shown.C_GetFunctionList = &C_GetFunctionList;
  *functions = &state->shown;
  return CKR_OK;
}
