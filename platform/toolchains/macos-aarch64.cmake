set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(EDDY_MACOS_TARGET aarch64-macos)
include(${CMAKE_CURRENT_LIST_DIR}/macos.cmake)
