# `cmake --install`: the archives, the public headers, and what find_package(eddy) needs.

include(CMakePackageConfigHelpers)

set(eddy_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/eddy)

configure_package_config_file(cmake/eddyConfig.cmake.in eddyConfig.cmake
    INSTALL_DESTINATION ${eddy_package_folder}
    NO_SET_AND_CHECK_MACRO
    NO_CHECK_REQUIRED_COMPONENTS_MACRO
)
write_basic_package_version_file(eddyConfigVersion.cmake COMPATIBILITY SameMinorVersion)

install(EXPORT eddyTargets NAMESPACE eddy:: DESTINATION ${eddy_package_folder})
install(
    FILES
        ${CMAKE_CURRENT_BINARY_DIR}/eddyConfig.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/eddyConfigVersion.cmake
    DESTINATION ${eddy_package_folder}
)
