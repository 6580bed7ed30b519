# Whether a file that includes all of eddy and uses none of it is compiled to any of eddy's code, as
# listed by nm in OBJECT. GCC makes code for every coroutine that stands in a header and is no
# template, with all that it calls: five of them took a fifth of the time that such a file takes.
#
# usage: cmake -D NM=<nm> -D OBJECT=<object file> -P headers_make_no_code.cmake
execute_process(
    COMMAND ${NM} --demangle --defined-only ${OBJECT}
    OUTPUT_VARIABLE symbols
    COMMAND_ERROR_IS_FATAL ANY
)
if(NOT symbols MATCHES "includes_all_of_eddy")
    message(FATAL_ERROR "not the object file of all_headers.cpp:\n${symbols}")
endif()
string(REGEX MATCHALL "[0-9a-f]+ [TtWw] eddy::[^\n]*" code "${symbols}")
if(code)
    list(JOIN code "\n" code)
    message(FATAL_ERROR "put the definition of the coroutine among these into a .cpp file:\n${code}")
endif()
