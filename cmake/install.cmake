include(CMakePackageConfigHelpers)
install(TARGETS reeve_engine EXPORT reeve ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/engine DESTINATION include/reeve FILES_MATCHING PATTERN "*.h")
install(EXPORT reeve NAMESPACE reeve:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/reeve)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/reeve-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/reeve-config.cmake ${PROJECT_BINARY_DIR}/reeve-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/reeve)
