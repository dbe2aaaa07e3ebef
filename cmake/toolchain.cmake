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
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers)
if(CMAKE_UNITY_BUILD)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)  # GCC takes whatever is not in the first file for a header
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # libstdc++ 12 asks for a newer concepts macro than clang 16 states; it has what <expected> needs. Warnings are GCC's affair.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-D__cpp_concepts=202002L> -w -Xclang -fno-pch-timestamp)
else()
  add_compile_options(-fpch-preprocess)  # GCC 12 keeps its precompiled headers valid under ccache only with this flag
endif()
if(REEVE_SANITIZE)
  add_compile_options(-fsanitize=${REEVE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # With what the sanitizers add, GCC 12 sees uninitialised values, overflows and mismatched deletes where there are none,
  # and fences in Boost.Asio that it does not see: a report of a race there may be a false one. Warnings are the release build's affair.
  add_compile_options(-w)
  add_link_options(-fsanitize=${REEVE_SANITIZE})
endif()
if(REEVE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
