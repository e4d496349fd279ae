#pragma once

#include <ostream>

#include "hsm/examination.h"

namespace strongroom::tokens {

/// For people: the verdict first, then what is dangerous and what to do about it, then what was
/// seen.
void printExamination(std::ostream& out, const hsm::Examination& examination);

/// For scripts and bug reports: everything, in one JSON object.
void printExaminationAsJson(std::ostream& out, const hsm::Examination& examination);

/// For docs/hsm-profiles.md: a table of two columns with the same rows for every module, without
/// what differs from run to run.
void printExaminationAsMarkdown(std::ostream& out, const hsm::Examination& examination);

/// What decided a finding, in a few words: "CKR_KEY_UNEXTRACTABLE", "C_UnwrapKey with
/// CKA_SENSITIVE".
std::string reasonFor(const hsm::Finding& finding);

}  // namespace strongroom::tokens
