#pragma once

#include <string>

namespace strongroom::tokens {

/// Says on standard error how far a long work is, on one line that is gone afterwards. Silent when
/// standard error is no terminal.
class Progress {
 public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// "Reading objects: 12 of 400"
  void show(const std::string& what, std::size_t done, std::size_t all);
  void show(const std::string& text);
  /// Takes the line away, before something else is written.
  void clear();

 private:
  const bool visible_;
  bool shown_ = false;
};

}  // namespace strongroom::tokens
