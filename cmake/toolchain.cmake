# Compiler comforts: ccache and mold where present, warnings as errors, sanitizers by option.
include(GNUInstallDirs)
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
# GCC 12 keeps its precompiled headers valid under ccache only with this flag.
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers -fpch-preprocess)
if(REEVE_SANITIZE)
  add_compile_options(-fsanitize=${REEVE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # With what the sanitizers add, GCC 12 takes std::function's empty state (inside std::regex) for uninitialised.
  add_compile_options(-Wno-maybe-uninitialized)
  add_link_options(-fsanitize=${REEVE_SANITIZE})
endif()
