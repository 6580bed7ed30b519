# macOS from anywhere, by zig: it brings clang, Apple's headers and libc++. EDDY_MACOS_TARGET says
# for which processor; the files that include this one set it. The variable ZIG of
# the environment names the folder of zig, unless it is on the PATH.

set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_VERSION 20)  # of macOS 11
set(CMAKE_SIZEOF_VOID_P 8)    # what CMake cannot find out with a linker that is not Apple's

find_program(EDDY_ZIG zig HINTS $ENV{ZIG} REQUIRED)

# ccache takes one program for a compiler, not a program and a command of it.
foreach(command IN ITEMS cc c++)
    file(CONFIGURE OUTPUT zig-${command} CONTENT "#!/bin/sh\nexec '@EDDY_ZIG@' @command@ \"$@\"\n" @ONLY)
    file(CHMOD ${CMAKE_BINARY_DIR}/zig-${command} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endforeach()

# zig lets undefined behaviour trap where nothing is optimised, which is another build's job.
set(zig_options -target ${EDDY_MACOS_TARGET} -fno-sanitize=undefined)
set(CMAKE_C_COMPILER ${CMAKE_BINARY_DIR}/zig-cc ${zig_options})
set(CMAKE_CXX_COMPILER ${CMAKE_BINARY_DIR}/zig-c++ ${zig_options})
foreach(language IN ITEMS C CXX)
    set(CMAKE_${language}_ARCHIVE_CREATE "${EDDY_ZIG} ar qc <TARGET> <LINK_FLAGS> <OBJECTS>")
    set(CMAKE_${language}_ARCHIVE_FINISH "${EDDY_ZIG} ranlib <TARGET>")
endforeach()

# Apple's own tools, which CMake looks for and nobody needs here.
set(CMAKE_OSX_SYSROOT "")
set(CMAKE_INSTALL_NAME_TOOL true)

include(${CMAKE_CURRENT_LIST_DIR}/cross.cmake)
