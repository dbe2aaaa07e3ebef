include(CMakePackageConfigHelpers)
install(TARGETS reeve_engine EXPORT reeve ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/engine DESTINATION include/reeve COMPONENT dev FILES_MATCHING PATTERN "*.h")
install(EXPORT reeve NAMESPACE reeve:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/reeve COMPONENT dev)
# Apart, so that a plugin is built without what the engine needs: find_package(reeve COMPONENTS plugin).
install(TARGETS reeve_plugin EXPORT reeve-plugin COMPONENT dev)
install(FILES ${PROJECT_SOURCE_DIR}/plugins/reeve_plugin.h ${PROJECT_SOURCE_DIR}/plugins/reeve_plugin.hpp
  ${PROJECT_SOURCE_DIR}/plugins/reeve_settings.hpp DESTINATION include/reeve COMPONENT dev)
install(EXPORT reeve-plugin NAMESPACE reeve:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/reeve COMPONENT dev)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/reeve-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/reeve-config.cmake ${PROJECT_BINARY_DIR}/reeve-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/reeve COMPONENT dev)
