#include "tokens/progress.h"

#include <unistd.h>

#include <iostream>

namespace strongroom::tokens {

Progress::Progress() : visible_(isatty(STDERR_FILENO) == 1) {}

void Progress::show(const std::string& what, std::size_t done, std::size_t all) {
  show(what + ": " + std::to_string(done) + " of " + std::to_string(all));
}

void Progress::show(const std::string& text) {
  if (!visible_) return;
  clear();
  std::cerr << text << std::flush;
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  std::cerr << "\r\033[K" << std::flush;  // to the line's begin, and erase to its end
  shown_ = false;
}

}  // namespace strongroom::tokens
