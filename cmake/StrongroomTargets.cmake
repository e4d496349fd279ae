# One folder, one target: strongroom_library(service_keys ...) defines strongroom_service_keys and its alias
# strongroom::service_keys. Sources are listed, never globbed; dependencies are listed even when transitive.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

function(strongroom_compile_options target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror
    -fstack-protector-strong $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
endfunction()

# strongroom_library(NAME SOURCES ... PUBLIC deps... PRIVATE deps...)
function(strongroom_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(strongroom_${name} STATIC ${ARG_SOURCES})
  add_library(strongroom::${name} ALIAS strongroom_${name})
  target_include_directories(strongroom_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(strongroom_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  strongroom_compile_options(strongroom_${name})
endfunction()

# strongroom_module_test(NAME MODULES module... SOURCES ... DEPENDS ...): one GoogleTest program, run once beside each of these
# PKCS#11 modules (tests/support/modules). A module that does not start fails it.
function(strongroom_module_test name)
  cmake_parse_arguments(ARG "" "" "MODULES;SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gtest GTest::gmock GTest::gtest_main)
  strongroom_compile_options(${name})
  foreach(module IN LISTS ARG_MODULES)
    add_test(NAME ${name}.${module}
      COMMAND "${PROJECT_SOURCE_DIR}/tests/support/modules/with" ${module} $<TARGET_FILE:${name}> --gtest_brief=1)
    # openCryptoki leaks what it allocated until its process ends; a leak of ours shows on SoftHSM.
    set_tests_properties(${name}.${module} PROPERTIES
      LABELS modules TIMEOUT 300 ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0")
  endforeach()
endfunction()

# strongroom_test(NAME [ALONE] LABEL unit|softhsm|e2e SOURCES ... DEPENDS ...): one GoogleTest program, each test known to ctest.
# ALONE: it measures time, so no other test runs beside it.
function(strongroom_test name)
  cmake_parse_arguments(ARG "ALONE" "LABEL" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gtest GTest::gmock GTest::gtest_main)
  strongroom_compile_options(${name})
  gtest_discover_tests(${name} NO_PRETTY_VALUES PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT 120
    RUN_SERIAL ${ARG_ALONE} DISCOVERY_TIMEOUT 60)
endfunction()
