// The entry of a target that is built without libFuzzer: runs each file of the folders that it is
// given, or single files. Needs nothing but the compiler of the tests.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/fuzz/fuzz.h"

namespace {

namespace fs = std::filesystem;

void replay(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  std::cerr << file.filename().string() << '\n';  // the last one named is the one that ended it
  // In a block of its own size, so that reading past its end shows under a sanitizer.
  const strongroom::Bytes input(strongroom::asBytes(content).begin(),
                                strongroom::asBytes(content).end());
  strongroom::fuzz::run(input);
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t files = 0;
  for (int i = 1; i < count; ++i) {
    const fs::path place = arguments[i];
    if (!fs::is_directory(place)) {
      replay(place);
      ++files;
      continue;
    }
    for (const auto& entry : fs::directory_iterator(place)) {
      replay(entry.path());
      ++files;
    }
  }
  std::cerr << files << " inputs\n";
  return files == 0 ? 1 : 0;
}
