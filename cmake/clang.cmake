# The second compiler: clang 19 where Debian has it, else 16, the oldest one we support.
find_program(EDDY_CLANG NAMES clang++-19 clang++-16 REQUIRED)
string(REPLACE clang++ clang clang_for_c ${EDDY_CLANG})
set(CMAKE_CXX_COMPILER ${EDDY_CLANG})
set(CMAKE_C_COMPILER ${clang_for_c})
