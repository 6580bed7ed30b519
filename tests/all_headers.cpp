#include <eddy/eddy.hpp>

// What this file is compiled to is looked at by headers_make_no_code.cmake.
void includes_all_of_eddy();
void includes_all_of_eddy() {}
