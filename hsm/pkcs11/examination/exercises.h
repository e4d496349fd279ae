#pragma once

#include <span>

#include "hsm/pkcs11/examination/examiner.h"

namespace strongroom::hsm::pkcs11::examination {

/// How one of parts() is found out.
struct Exercise {
  std::string_view id;
  void (*run)(Examiner&, Step&);
};

/// The exercises of each kind, in the order of parts().
std::span<const Exercise> lifeExercises();
std::span<const Exercise> wrappingExercises();
std::span<const Exercise> attributeAttacks();
std::span<const Exercise> useAttacks();
std::span<const Exercise> inventoryExercises();
std::span<const Exercise> speedExercises();

/// All of them, in the order of parts().
std::vector<Exercise> allExercises();

}  // namespace strongroom::hsm::pkcs11::examination
