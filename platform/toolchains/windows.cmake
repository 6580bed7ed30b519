# Windows from Linux: MinGW-w64, whose programs run under Wine. Debian: g++-mingw-w64-x86-64-posix.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)

# A program is one file: no libraries have to be found where it is started.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
# Tells one build of a program from another, as linkers do by themselves elsewhere.
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -Wl,--build-id")

include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)

set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/run_in_wine)
