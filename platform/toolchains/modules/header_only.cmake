# Headers that are installed for this machine but are the same for every one. They are linked into a
# folder of their own: in /usr/include the C library's stand beside them.

# Declares the target `target` for the headers in /usr/include/<folder>.
function(header_only target folder)
    if(NOT EXISTS /usr/include/${folder})
        return()
    endif()
    set(own ${CMAKE_BINARY_DIR}/header_only/${folder})
    file(MAKE_DIRECTORY ${own})
    file(CREATE_LINK /usr/include/${folder} ${own}/${folder} SYMBOLIC)
    if(NOT TARGET ${target})
        add_library(${target} INTERFACE IMPORTED GLOBAL)
        target_include_directories(${target} SYSTEM INTERFACE ${own})
    endif()
endfunction()
