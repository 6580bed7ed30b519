# llhttp, the parser of HTTP/1. Where the system has it as a library, that is taken. Debian 12 has
# only its C sources (package node-llhttp): these are compiled into libeddy_net.a.

find_package(llhttp QUIET)

if(llhttp_FOUND)
    foreach(candidate llhttp::llhttp llhttp::llhttp_static llhttp::llhttp_shared)
        if(TARGET ${candidate})
            target_link_libraries(eddy_net PRIVATE ${candidate})
            break()
        endif()
    endforeach()
else()
    # Sources are for any system, so also for one that we build for from here.
    set(only_there NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
    find_path(EDDY_LLHTTP_SOURCES llhttp.c PATHS /usr/share/llhttp ${only_there})
    find_path(EDDY_LLHTTP_HEADER llhttp.h PATHS /usr/share/include/llhttp ${only_there})
    if(NOT EDDY_LLHTTP_SOURCES OR NOT EDDY_LLHTTP_HEADER)
        message(FATAL_ERROR "eddy needs llhttp. On Debian: apt-get install node-llhttp")
    endif()

    add_library(eddy_llhttp OBJECT
        ${EDDY_LLHTTP_SOURCES}/api.c
        ${EDDY_LLHTTP_SOURCES}/http.c
        ${EDDY_LLHTTP_SOURCES}/llhttp.c
    )
    target_include_directories(eddy_llhttp SYSTEM PUBLIC ${EDDY_LLHTTP_HEADER})
    target_compile_definitions(eddy_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
    target_compile_options(eddy_llhttp PRIVATE -w)

    target_sources(eddy_net PRIVATE $<TARGET_OBJECTS:eddy_llhttp>)
    target_include_directories(eddy_net SYSTEM PRIVATE ${EDDY_LLHTTP_HEADER})
    target_compile_definitions(eddy_net PRIVATE LLHTTP_STRICT_MODE=1)
endif()
